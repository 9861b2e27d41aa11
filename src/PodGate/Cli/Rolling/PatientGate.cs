using System.Text.Json;

namespace PodGate.Cli.Rolling;

/// <summary>Asks the gate, and asks again for a minute when it does not answer: a restart or an update is no reason to give work up that takes hours.</summary>
internal sealed class PatientGate(CliSession session)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Asks until there is an answer, or a refusal that will not change.</summary>
    /// <param name="ask">Asks once.</param>
    /// <param name="silent">Told whenever nobody answered.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, Action silent, CancellationToken cancel)
    {
        long? since = null;
        while (true)
        {
            try
            {
                return await ask(cancel);
            }
            catch (CliFailure failure) when (IsAway(failure))
            {
                since ??= session.Time.GetTimestamp();
                if (session.Time.GetElapsedTime(since.Value) > Patience) throw new GateUnreachable(failure.Message);
            }

            silent();
            await Task.Delay(Interval, session.Time, cancel);
        }
    }

    /// <summary>The word for programs in a refusal; null when it has none.</summary>
    /// <param name="refused">The refusal.</param>
    public static string? KindOf(GateRefused refused) =>
        refused.Document is { ValueKind: JsonValueKind.Object } document && document.TryGetProperty("kind", out var kind)
        && kind.ValueKind == JsonValueKind.String
            ? kind.GetString()
            : null;

    // A gate that stops says 503 Unavailable; one that cannot write says 503 NotDurable, which the next moment does not change.
    private static bool IsAway(CliFailure failure) =>
        failure is GateUnreachable || (failure is GateRefused { Status: >= 500 } refused && KindOf(refused) is null or "Unavailable");
}
