using System.Diagnostics.CodeAnalysis;
using PodGate.Core.Health;

namespace PodGate.Control.Configuration.Reading;

/// <summary>Where a pod's health is asked for and how the answer is read: a path or URL alone, or an object that says more.</summary>
/// <param name="address">The pod's address, which paths go behind.</param>
internal sealed class HealthKind(Uri address) : ValueKind<HealthSettings>
{
    private const string UrlRemedy = "write a path that begins with /, such as \"/health\", or an absolute http or https URL";
    private const string AgentRemedy = "write host and port, such as \"tcp://127.0.0.1:9191\"";
    private const string GrpcRemedy = "write \"/\" for the whole pod, \"/\" and the name of a service, or an http or https URL that ends so";

    private static readonly HealthSettings Defaults = new(new Uri("http://127.0.0.1/"));

    private static readonly ChoiceKind<HealthFormat> Format = new(
        "a format of health documents",
        [.. Enum.GetValues<HealthFormat>().Select(format => (format.ToString(), format))]);

    /// <summary>The members besides the URL, which depends on the format.</summary>
    public static IReadOnlyList<ObjectMember<HealthSettings>> Members { get; } =
    [
        ObjectMember<HealthSettings>.Of("Format", Format, h => h.Format, (h, v) => h with { Format = v }),
        ObjectMember<HealthSettings>.Of("Headers", new HeadersKind(), h => h.Headers, (h, v) => h with { Headers = v }),
        ObjectMember<HealthSettings>.Of("Components", new ComponentsKind(), h => h.Components, (h, v) => h with { Components = v }),
        ObjectMember<HealthSettings>.Of("Freshness", new FreshnessKind(), h => h.Freshness, (h, v) => h with { Freshness = v }),
        ObjectMember<HealthSettings>.OfTextOrNull("Identity", new IdentityKind(), h => h.Identity, (h, v) => h with { Identity = v }),
    ];

    /// <summary>The keys of the object.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["Url", .. Members.Select(member => member.Name)];

    public override string Name => "a place to ask for health";

    public override IReadOnlyList<string> ItemKeys => Keys;

    protected override string Example => UrlRemedy + ", or an object, such as { \"Url\": \"/health\", \"Format\": \"AspNet\" }";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out HealthSettings? value)
    {
        value = null;
        if (written.IsText)
        {
            if (ReadUrl(written, HealthFormat.Auto, key, findings) is { } alone)
                value = new HealthSettings(alone);
            return value is not null;
        }

        if (written.Kind != WrittenKind.Object)
            return Refuse(written, key, findings);

        var (read, well, isFormatWell) = (Defaults, true, true);
        ObjectReader.Read(written, key, Keys, findings, (child, path, childValue) =>
        {
            if (child == "Url")
                return;
            if (Members.First(member => member.Name == child).TryRead(read, childValue, path, findings, out var next))
                read = next;
            else
                (well, isFormatWell) = (false, isFormatWell && child != "Format");
        });

        // Which URL is right depends on the format, wherever in the object that stands; with an unknown one nothing can be said of it.
        if (!isFormatWell || ResolveUrl(written, read.Format, key, findings) is not { } url)
            return false;
        value = read with { Url = url };
        return FitsFormat(value, key, findings) && well;
    }

    public override string Show(HealthSettings value)
    {
        var url = WrittenValue.Write(value.Url.AbsoluteUri);
        var shown = Members.Where(member => member.Show(value) != member.Show(Defaults)).ToList();
        return shown.Count == 0 ? url : $"{{ \"Url\": {url}{string.Concat(shown.Select(member => $", \"{member.Name}\": {member.Show(value)}"))} }}";
    }

    private Uri? ResolveUrl(WrittenValue written, HealthFormat format, string key, Findings findings)
    {
        if (written.Find("Url") is { } url)
            return ReadUrl(url.Value, format, $"{key}.Url", findings);
        if (format != HealthFormat.Agent)
            return ReadUrl(
                new WrittenValue(WrittenKind.Text, written.Place, format == HealthFormat.Grpc ? "/" : GateConfiguration.DefaultHealth),
                format,
                key,
                findings);
        findings.Error(written.Place, key, "has no Url, and only the pod knows its agent's port", "add \"Url\": \"tcp://127.0.0.1:9191\"");
        return null;
    }

    private Uri? ReadUrl(WrittenValue written, HealthFormat format, string key, Findings findings)
    {
        var remedy = format switch { HealthFormat.Agent => AgentRemedy, HealthFormat.Grpc => GrpcRemedy, _ => UrlRemedy };
        if (!written.IsText)
        {
            findings.Error(written.Place, key, $"{written.Quoted} is neither a path nor a URL", remedy);
            return null;
        }

        var text = written.Text;
        var (url, wrong) = format == HealthFormat.Agent ? ReadTcp(text) : ReadWeb(text, format);
        if (url is not null)
            return url;
        if (format is not HealthFormat.Agent and not HealthFormat.Grpc && text.StartsWith(TcpUrl.Prefix, StringComparison.Ordinal))
            (wrong, remedy) = ("is for Format \"Agent\" only", $"{remedy}; or write {{ \"Url\": \"tcp://127.0.0.1:9191\", \"Format\": \"Agent\" }}");
        findings.Error(written.Place, key, $"{WebUrl.Quote(text)} {wrong}", remedy);
        return null;
    }

    private static (Uri? Url, string Wrong) ReadTcp(string text)
    {
        if (TcpUrl.TryRead(text, out var url, out var wrong))
            return (url, "");
        return (null, wrong.Length > 0 ? wrong : "is not an agent's address");
    }

    private (Uri? Url, string Wrong) ReadWeb(string text, HealthFormat format)
    {
        if (text.StartsWith("//", StringComparison.Ordinal))
            return (null, "begins with two slashes");

        // A path goes behind the address as a request's path does, also when the address has a base path; a gRPC call has no base path.
        var part = format == HealthFormat.Grpc ? UriPartial.Authority : UriPartial.Path;
        var absolute = text.StartsWith('/') ? address.GetLeftPart(part).TrimEnd('/') + text : text;
        if (!WebUrl.TryRead(absolute, out var url, out var wrong))
            return (null, wrong.Length > 0 ? wrong : "is neither a path nor a URL");
        if (format == HealthFormat.Grpc && (url.Query.Length > 0 || url.AbsolutePath.LastIndexOf('/') > 0))
            return (null, "has more in it than the name of a service");
        return (url, "");
    }

    /// <summary>Complains of what a format has no use for.</summary>
    private static bool FitsFormat(HealthSettings health, string key, Findings findings)
    {
        var hasFields = health.Format is not (HealthFormat.Status or HealthFormat.Agent or HealthFormat.Grpc);
        var isWell = true;
        if (health.Format == HealthFormat.Agent && health.Headers.Count > 0)
            NoUse("Headers");
        if (!hasFields && health.Components.Count > 0)
            NoUse("Components");
        if (!hasFields && health.Freshness.Field is not null)
            NoUse("Freshness.Field");
        if (health.Format == HealthFormat.Agent && health.Identity is not null)
            NoUse("Identity");
        else if (!hasFields && health.Identity?.Field is not null)
            NoUse("Identity.Field");
        else if (!hasFields && health.Identity is { Header: null })
            Complain("Identity", $"needs Header: no document is read with Format \"{health.Format}\"", "add \"Header\": \"X-Pod\", or take it out");
        return isWell;

        void NoUse(string name) => Complain(name, $"is of no use with Format \"{health.Format}\"", "take it out, or write another Format");

        void Complain(string name, string what, string remedy)
        {
            isWell = false;
            findings.Error(findings.PlaceOf($"{key}.{name}"), $"{key}.{name}", what, remedy);
        }
    }
}
