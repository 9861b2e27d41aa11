using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Control.Configuration.Reading;

/// <summary>The pods: names, and for each where it is, where its health document is, and free words.</summary>
internal sealed class PodsKind : ValueKind<ImmutableSortedDictionary<string, PodSettings>>
{
    /// <summary>More pods than this are no fleet of whole products.</summary>
    public const int MostPods = 256;

    private const int MostLabels = 16;
    private const int LongestLabel = 200;
    private const string AddressExample = "\"Address\": \"http://127.0.0.1:9101\"";
    private const string NameRule = "write 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit, such as \"pod-a\"";

    /// <summary>The keys of one pod.</summary>
    public static IReadOnlyList<string> PodKeys { get; } = ["Address", "Health", "Labels"];

    public override string Name => "an object of pods";

    public override IReadOnlyList<string> ItemKeys => PodKeys;

    protected override string Example => $"write at least one, such as {{ \"pod-a\": {{ {AddressExample} }} }}";

    public override bool TryRead(
        WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out ImmutableSortedDictionary<string, PodSettings>? value)
    {
        value = null;
        if (written.Kind != WrittenKind.Object)
            return Refuse(written, key, findings);
        if (written.Members.Count == 0)
            return Refuse(written, key, findings, "has no pods");
        if (written.Members.Count > MostPods)
            return Refuse(written, key, findings, $"has {written.Members.Count} pods", $"write {MostPods} at most");

        var pods = ImmutableSortedDictionary.CreateBuilder<string, PodSettings>(StringComparer.Ordinal);
        foreach (var member in written.Members)
        {
            var path = WrittenValue.Join(key, member.Name);
            if (!IsName(member.Name))
                findings.Error(member.Place, path, "is not a pod's name", NameRule);
            if (ReadPod(member.Name, member.Value, path, findings) is { } pod)
                pods[pod.Name] = pod;
        }

        // Pods with mistakes are missing here; the caller throws everything away when there was any.
        value = pods.ToImmutable();
        return true;
    }

    public override string Show(ImmutableSortedDictionary<string, PodSettings> value) =>
        value.Count == 0 ? "{}" : $"{{ {string.Join(", ", value.Values.Select(pod => $"\"{pod.Name}\": {ShowPod(pod)}"))} }}";

    /// <summary>A pod as it would be written.</summary>
    public static string ShowPod(PodSettings pod)
    {
        var labels = string.Join(
            ", ",
            pod.Labels.Select(label => $"{WrittenValue.Write(label.Key)}: {WrittenValue.Write(label.Value)}"));
        return $"{{ \"Address\": \"{pod.Address}\", \"Health\": \"{pod.Health.Url}\", \"Labels\": {{{labels}}} }}";
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 63 && name[0] != '-' && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');

    private static PodSettings? ReadPod(string name, WrittenValue written, string key, Findings findings)
    {
        if (written.Kind != WrittenKind.Object)
        {
            findings.Error(written.Place, key, $"{written.Quoted} is not a pod", $"write an object, such as {{ {AddressExample} }}");
            return null;
        }

        findings.Saw(key, written.Place);
        Uri? address = null;
        WrittenValue? health = null;
        var labels = ImmutableSortedDictionary<string, string>.Empty;
        ObjectReader.Read(written, key, PodKeys, findings, (member, path, value) =>
        {
            if (member == "Address")
                address = ReadAddress(value, path, findings);
            else if (member == "Health")
                health = value;
            else
                labels = ReadLabels(value, path, findings);
        });
        if (written.Find("Address") is null)
            findings.Error(written.Place, key, "has no Address", $"add {AddressExample}");

        // The health document is looked at even when the address is wrong, so that its own mistake is told in the same go.
        var healthUrl = ReadHealth(health, address ?? new Uri("http://127.0.0.1"), $"{key}.Health", findings);
        return address is null || healthUrl is null ? null : new PodSettings(name, address, new HealthSettings(healthUrl), labels);
    }

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

    private static Uri? ReadHealth(WrittenValue? written, Uri address, string key, Findings findings)
    {
        const string Remedy = "write a path that begins with /, such as \"/health\", or an absolute http or https URL";
        var text = written is null ? GateConfiguration.DefaultHealth : written.IsText ? written.Text : null;
        var wrong = text?.StartsWith("//", StringComparison.Ordinal) == true ? "begins with two slashes" : "";
        if (text is not null && wrong.Length == 0)
        {
            // A path goes behind the address as a request's path does, also when the address has a base path.
            var absolute = text.StartsWith('/') ? address.GetLeftPart(UriPartial.Path).TrimEnd('/') + text : text;
            if (WebUrl.TryRead(absolute, out var url, out wrong))
                return url;
        }

        var shown = text is null ? written!.Quoted : WebUrl.Quote(text);
        findings.Error(written!.Place, key, wrong.Length == 0 ? $"{shown} is neither a path nor a URL" : $"{shown} {wrong}", Remedy);
        return null;
    }

    private static ImmutableSortedDictionary<string, string> ReadLabels(WrittenValue written, string key, Findings findings)
    {
        const string Remedy = "write texts with names, such as { \"rack\": \"1\" }";
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (written.Kind != WrittenKind.Object)
            findings.Error(written.Place, key, $"{written.Quoted} is not an object of labels", Remedy);
        if (written.Members.Count > MostLabels)
            findings.Error(written.Place, key, $"has {written.Members.Count} labels", $"write {MostLabels} at most");
        foreach (var member in written.Members)
        {
            var path = WrittenValue.Join(key, member.Name);
            if (!IsLabel(member.Name) || member.Name.Length > 63)
                findings.Error(member.Place, path, "is not a label's name", "write 1 to 63 characters, none of them a control character");
            else if (member.Value.Kind != WrittenKind.Text)
                findings.Error(member.Value.Place, path, $"{member.Value.Quoted} is not a text", Remedy);
            else if (!IsLabel(member.Value.Text) && member.Value.Text.Length > 0)
                findings.Error(
                    member.Value.Place,
                    path,
                    $"{member.Value.Quoted} is not a label",
                    $"write up to {LongestLabel} characters, none of them a control character");
            else
                labels[member.Name] = member.Value.Text;
        }

        return labels.ToImmutable();
    }

    private static bool IsLabel(string text) => text.Length is > 0 and <= LongestLabel && !text.Any(char.IsControl);
}
