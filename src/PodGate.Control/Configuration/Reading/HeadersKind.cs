using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace PodGate.Control.Configuration.Reading;

/// <summary>Headers that the gate sends with a probe or check. Their values are often secrets, so that none is ever shown.</summary>
internal sealed class HeadersKind : NamedKind<string>
{
    /// <summary>How many there may be.</summary>
    public const int MostHeaders = 16;

    /// <summary>How long a value may be.</summary>
    public const int LongestValue = 4096;

    private const string Sample = "write texts with names, such as { \"Authorization\": \"Bearer ...\" }";

    /// <summary>Headers that belong to a connection or to how a message is cut out of it: whoever sends the request sets them.</summary>
    private static readonly FrozenSet<string> OfConnections = new[]
    {
        "Connection", "Content-Length", "Expect", "HTTP2-Settings", "Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade",
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>A kind like any other.</summary>
    public HeadersKind()
        : base(new HeaderValueKind(), WrongName, "an object of headers", Sample, "headers", MostHeaders, StringComparer.OrdinalIgnoreCase) => Hidden = true;

    private static WrongName? WrongName(string name)
    {
        if (!Texts.IsHeaderName(name))
            return new("is not a header's name", "write a name such as \"Authorization\"");
        return OfConnections.Contains(name) ? new("is a header of the connection, which the gate sets itself", "take it out") : null;
    }

    /// <summary>The value of a header.</summary>
    private sealed class HeaderValueKind : ValueKind<string>
    {
        public HeaderValueKind() => Hidden = true;

        public override string Name => "a text";

        protected override string Example => Sample;

        public override bool TryRead(
            WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out string? value)
        {
            value = written.IsText ? written.Text : null;
            if (value is null)
                return Refuse(written, key, findings);
            if (value.Length > LongestValue)
                return Refuse(written, key, findings, $"{Quote(written)} is longer than {LongestValue} characters");
            return value.All(c => c is >= ' ' and <= '~') || Refuse(
                written,
                key,
                findings,
                $"{Quote(written)} has a character in it that no header may have",
                "write letters, digits and signs of ASCII only");
        }

        public override string Show(string value) => "\"(not shown)\"";
    }
}
