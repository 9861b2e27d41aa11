using PodGate.Core.Groups;

namespace PodGate.Core.Tests.Groups;

/// <summary>What a request says, for tests.</summary>
internal sealed class Signs : IClientSigns
{
    public static readonly DateTimeOffset Now = new(2026, 11, 29, 12, 0, 0, TimeSpan.Zero);

    public bool ComesByTrustedProxy { get; init; }

    public DateTimeOffset Moment { get; init; } = Now;

    public string Host { get; init; } = "";

    public Dictionary<string, string> Headers { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    public Dictionary<string, string> Cookies { get; init; } = new(StringComparer.Ordinal);

    public ReadOnlySpan<char> HostName => Host;

    public ReadOnlySpan<char> ValueOf(SignKind kind, string name) => (kind == SignKind.Header ? Headers : Cookies).GetValueOrDefault(name);
}
