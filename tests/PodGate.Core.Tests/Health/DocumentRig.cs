using System.Collections.Immutable;
using System.Text;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Core.Tests.Health;

/// <summary>A pod whose documents are judged one after the other: says what was answered when, and what that came to.</summary>
internal sealed class DocumentRig
{
    public static readonly DateTimeOffset Start = new(2026, 11, 23, 22, 0, 0, TimeSpan.Zero);

    private readonly FleetSettings _settings;
    private readonly PodSettings _pod;

    public DocumentRig(Func<HealthSettings, HealthSettings>? health = null, TimeSpan? interval = null)
    {
        var uri = new Uri("http://127.0.0.1:9101/health");
        PodSettings Pod(string name) => new(name, uri, new HealthSettings(uri), ImmutableSortedDictionary<string, string>.Empty);
        _pod = Pod("pod-a") with { Health = (health ?? (plain => plain))(new HealthSettings(uri)) };
        _settings = new FleetSettings { ProbeInterval = interval ?? TimeSpan.FromSeconds(1) };
        _settings = _settings with { Pods = _settings.Pods.Add("pod-a", _pod).Add("pod-b", Pod("pod-b")).Add("pod-c", Pod("pod-c")) };
    }

    public DocumentMemory Memory { get; set; } = DocumentMemory.Empty;

    public FleetSettings Settings => _settings;

    public PodSettings Pod => _pod;

    public static ImmutableSortedDictionary<string, ComponentSettings> Rules(string rules)
    {
        var found = ImmutableSortedDictionary.Create<string, ComponentSettings>(StringComparer.OrdinalIgnoreCase);
        foreach (var rule in rules.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            // "alarms=Degrade/600" is a rule with a time.
            var (name, what) = (rule[..rule.IndexOf('=', StringComparison.Ordinal)], rule[(rule.IndexOf('=', StringComparison.Ordinal) + 1)..].Split('/'));
            TimeSpan? most = what.Length > 1 ? TimeSpan.FromSeconds(int.Parse(what[1], System.Globalization.CultureInfo.InvariantCulture)) : null;
            found = found.Add(name, new ComponentSettings(Enum.Parse<ComponentRule>(what[0]), most));
        }

        return found;
    }

    /// <summary>A report as the prober makes it.</summary>
    public ProbeReport Report(double second, string body, int code = 200, string? header = null, double? age = null, double? skew = null)
    {
        var document = HealthDocument.Read(code, body.StartsWith('{') ? "application/json" : null, Encoding.UTF8.GetBytes(body), false, _pod.Health, header);
        var sent = Start + TimeSpan.FromSeconds(second);
        return new ProbeReport("pod-a", sent, sent + TimeSpan.FromMilliseconds(5), document.Result, document.Sentence)
        {
            Document = document,
            CacheAge = age is { } old ? TimeSpan.FromSeconds(old) : null,
            ClockSkew = skew is { } off ? TimeSpan.FromSeconds(off) : null,
        };
    }

    public ProbeReport Judge(ProbeReport report)
    {
        (Memory, var judged) = DocumentJudge.Judge(Memory, report, _pod, _settings);
        return judged;
    }

    public ProbeReport Judge(double second, string body, int code = 200, string? header = null, double? age = null, double? skew = null) =>
        Judge(Report(second, body, code, header, age, skew));
}
