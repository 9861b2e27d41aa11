using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace PodGate.Core.Health.Formats;

/// <summary>Gathers the components of a document, as many as are listed.</summary>
/// <param name="numbers">A status may be a number, as the platform's HealthStatus is serialized.</param>
internal sealed class ComponentList(bool numbers = false)
{
    private const int NameLimit = 60;
    private const int TextLimit = 120;
    private static readonly string[] Names = ["name", "component", "key"];

    private readonly ImmutableArray<HealthComponent>.Builder _found = ImmutableArray.CreateBuilder<HealthComponent>();

    /// <summary>Those that did not fit.</summary>
    internal int Unlisted { get; private set; }

    /// <summary>Nothing more fits.</summary>
    internal bool IsFull => _found.Count >= HealthDocument.ComponentLimit;

    /// <summary>Those that did, in the document's order.</summary>
    internal ImmutableArray<HealthComponent> Listed => _found.ToImmutable();

    /// <summary>Adds everything in a map of components or an array of named ones; anything else has none.</summary>
    /// <param name="list">The map or array.</param>
    internal void AddAll(JsonElement list)
    {
        if (list.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in list.EnumerateObject())
            {
                if (IsFull) Unlisted++;
                else Add(property.Name, StatusOf(property.Value), property.Value);
            }
        }
        else if (list.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in list.EnumerateArray())
            {
                if (item.ValueKind != JsonValueKind.Object) continue;
                if (IsFull) Unlisted++;
                else Add(Names.Select(key => JsonNames.Text(item, key)).FirstOrDefault(text => text is not null), StatusOf(item), item);
            }
        }
    }

    /// <summary>Adds one.</summary>
    /// <param name="name">Its name as the pod writes it.</param>
    /// <param name="result">What its status says.</param>
    /// <param name="value">Itself; of an object, a description is taken.</param>
    /// <param name="textName">The property that describes it.</param>
    internal void Add(string? name, ProbeResult result, JsonElement value, string textName = "description")
    {
        if (IsFull)
        {
            Unlisted++;
            return;
        }

        // Only the description: exceptions and data are for the pod's own people.
        var text = CleanText.Of(JsonNames.Text(value, textName), TextLimit);
        var clean = CleanText.Of(name, NameLimit);
        _found.Add(new HealthComponent(clean.Length == 0 ? "unnamed" : clean, result, text.Length == 0 ? null : text));
    }

    /// <summary>What a component says of itself: its property <c>status</c>, or the value itself when it is no object.</summary>
    /// <param name="value">The component.</param>
    internal ProbeResult StatusOf(JsonElement value)
    {
        var status = value.ValueKind == JsonValueKind.Object ? JsonNames.Find(value, "status") : value;
        return status is { } found ? StatusWord(found, numbers) : ProbeResult.Unreadable;
    }

    /// <summary>What a status says. Numbers are the platform's HealthStatus, and are believed only in the platform's own shape: elsewhere 0 often means
    /// well.</summary>
    /// <param name="value">The status.</param>
    /// <param name="numbers">Numbers may be believed.</param>
    internal static ProbeResult StatusWord(JsonElement value, bool numbers) => value.ValueKind switch
    {
        JsonValueKind.String => Word(value),
        JsonValueKind.Number when numbers && value.TryGetInt32(out var number) => number switch
        {
            0 => ProbeResult.Unhealthy,
            1 => ProbeResult.Degraded,
            2 => ProbeResult.Healthy,
            _ => ProbeResult.Unreadable,
        },
        _ => ProbeResult.Unreadable,
    };

    private static ProbeResult Word(JsonElement value)
    {
        // Words are short and plain, and there may be thousands: no strings for them.
        var raw = JsonMarshal.GetRawUtf8Value(value)[1..^1];
        if (raw.Contains((byte)'\\')) return HealthWords.Of(value.GetString());
        if (raw.Length > HealthWords.Longest) return ProbeResult.Unreadable;
        Span<char> word = stackalloc char[HealthWords.Longest];
        return HealthWords.Of(word[..Encoding.UTF8.GetChars(raw, word)]);
    }
}
