using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Configuration.Reading;

/// <summary>A pod as it is written: its checks are not yet joined with those for all pods.</summary>
/// <param name="Settings">The pod, without any check.</param>
/// <param name="Checks">Its own checks.</param>
internal sealed record WrittenPod(PodSettings Settings, PodChecks Checks);

/// <summary>The pods: names, and for each where it is, how its health is asked for, its own checks, and free words.</summary>
internal sealed class PodsKind : ValueKind<ImmutableSortedDictionary<string, WrittenPod>>
{
    /// <summary>More pods than this are no fleet of whole products.</summary>
    public const int MostPods = 1_024;

    /// <summary>A larger number of requests at a time is no limit.</summary>
    public const int MostRequests = 1_000_000;

    private const int LongestLabel = 200;
    private const string AddressExample = "\"Address\": \"http://127.0.0.1:9101\"";
    private const string LabelsExample = "write texts with names, such as { \"rack\": \"1\" }";
    private const string NameRule = "write 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit, such as \"pod-a\"";

    private static readonly ChecksKind Checks = new();
    private static readonly WholeNumberKind Requests = new(0, MostRequests) { OrNull = true };
    private static readonly NamedKind<string> Labels = new(
        Texts.UpTo("a text", LabelsExample, LongestLabel, mayBeEmpty: true),
        WrongLabel,
        "an object of labels",
        LabelsExample,
        "labels",
        16,
        StringComparer.Ordinal);

    /// <summary>The keys of one pod.</summary>
    public static IReadOnlyList<string> PodKeys { get; } = ["Address", "Health", "Labels", "MostRequests", "Checks"];

    public override string Name => "an object of pods";

    public override IReadOnlyList<string> ItemKeys => PodKeys;

    protected override string Example => $"write at least one, such as {{ \"pod-a\": {{ {AddressExample} }} }}";

    public override bool TryRead(
        WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ImmutableSortedDictionary<string, WrittenPod>? value)
    {
        value = null;
        if (written.Kind != WrittenKind.Object)
            return Refuse(written, key, findings);
        if (written.Members.Count == 0)
            return Refuse(written, key, findings, "has no pods");
        if (written.Members.Count > MostPods)
            return Refuse(written, key, findings, $"has {written.Members.Count} pods", $"write {MostPods} at most");

        var pods = ImmutableSortedDictionary.CreateBuilder<string, WrittenPod>(StringComparer.Ordinal);
        foreach (var member in written.Members)
        {
            var path = WrittenValue.Join(key, member.Name);
            if (!Texts.IsPlainName(member.Name))
                findings.Error(member.Place, path, "is not a pod's name", NameRule);
            if (ReadPod(member.Name, member.Value, path, findings) is { } pod)
                pods[member.Name] = pod;
        }

        // Pods with mistakes are missing here; the caller throws everything away when there was any.
        value = pods.ToImmutable();
        return true;
    }

    public override string Show(ImmutableSortedDictionary<string, WrittenPod> value) =>
        value.Count == 0 ? "{}" : $"{{ {string.Join(", ", value.Select(pod => $"\"{pod.Key}\": {ShowPod(pod.Value)}"))} }}";

    /// <summary>A pod as it would be written, secrets hidden.</summary>
    public static string ShowPod(WrittenPod pod)
    {
        var (settings, checks) = pod;
        var parts = new List<string>
        {
            $"\"Address\": {WrittenValue.Write(settings.Address.AbsoluteUri)}",
            $"\"Health\": {new HealthKind(settings.Address).Show(settings.Health)}",
            $"\"Labels\": {Labels.Show(settings.Labels)}",
        };
        if (settings.MostRequests is not null)
            parts.Add($"\"MostRequests\": {settings.MostRequests}");
        if (checks != PodChecks.None)
            parts.Add($"\"Checks\": {Checks.Show(checks)}");
        return $"{{ {string.Join(", ", parts)} }}";
    }

    private static WrittenPod? ReadPod(string name, WrittenValue written, string key, Findings findings)
    {
        if (written.Kind != WrittenKind.Object)
        {
            findings.Error(written.Place, key, $"{written.Quoted} is not a pod", $"write an object, such as {{ {AddressExample} }}");
            return null;
        }

        findings.Saw(key, written.Place);
        Uri? address = null;
        WrittenValue? health = null;
        ImmutableSortedDictionary<string, string>? labels = null;
        int? requests = null;
        PodChecks? checks = null;
        ObjectReader.Read(written, key, PodKeys, findings, (member, path, value) => _ = member switch
        {
            "Address" => (address = ReadAddress(value, path, findings)) is not null,
            "Health" => (health = value) is not null,
            "Labels" => Labels.TryRead(value, path, findings, out labels),
            "MostRequests" => (requests = ReadRequests(value, path, findings)) is not null,
            _ => Checks.TryReadOfPod(value, path, findings, out checks),
        });
        if (written.Find("Address") is null)
            findings.Error(written.Place, key, "has no Address", $"add {AddressExample}");

        // The health document is looked at even when the address is wrong, so that its own mistake is told in the same go.
        var healthKind = new HealthKind(address ?? new Uri("http://127.0.0.1"));
        health ??= new WrittenValue(WrittenKind.Text, written.Place, GateConfiguration.DefaultHealth);
        if (!healthKind.TryRead(health, $"{key}.Health", findings, out var settings) || address is null)
            return null;
        return new WrittenPod(
            new PodSettings(name, address, settings, labels ?? ImmutableSortedDictionary<string, string>.Empty) { MostRequests = requests },
            checks ?? PodChecks.None);
    }

    private static int? ReadRequests(WrittenValue written, string key, Findings findings) =>
        !written.IsNull && Requests.TryRead(written, key, findings, out var most) ? (int)most : null;

    private static Uri? ReadAddress(WrittenValue written, string key, Findings findings)
    {
        const string Remedy = "write scheme, host and port, such as \"http://127.0.0.1:9101\"";
        var wrong = "";
        if (written.IsText && WebUrl.TryRead(written.Text, out var url, out wrong))
        {
            if (!written.Text.Contains('?', StringComparison.Ordinal))
                return url;
            wrong = "has a query (?)";
        }

        var shown = written.IsText ? WebUrl.Quote(written.Text) : written.Quoted;
        findings.Error(written.Place, key, wrong.Length == 0 ? $"{shown} is not a pod's address" : $"{shown} {wrong}", Remedy);
        return null;
    }

    private static WrongName? WrongLabel(string name) => name.Length is > 0 and <= 63 && !name.Any(char.IsControl)
        ? null
        : new WrongName("is not a label's name", "write 1 to 63 characters, none of them a control character");
}
