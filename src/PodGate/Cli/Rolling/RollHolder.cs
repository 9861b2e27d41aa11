using System.Text.Json;
using PodGate.Operator;

namespace PodGate.Cli.Rolling;

/// <summary>
/// Holds the lease of a roll in the gate: begins it, renews it every few seconds whatever else goes on, tells how far the roll is, and gives it back.
/// A lease that another has taken meanwhile ends the roll at once.
/// </summary>
internal sealed class RollHolder : IAsyncDisposable
{
    /// <summary>Where the API has it.</summary>
    public const string Path = "api/v1/roll";

    private static readonly TimeSpan LastWord = TimeSpan.FromSeconds(10);

    private readonly CliSession _session;
    private readonly PatientGate _gate;
    private readonly RollAsked _asked;
    private readonly string _id = Guid.NewGuid().ToString("N");
    private readonly SemaphoreSlim _oneAtATime = new(1);
    private readonly CancellationTokenSource _over = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly List<string> _done;
    private Task _renewing = Task.CompletedTask;
    private RollReportJson _told;

    /// <summary>Prepares to hold it.</summary>
    /// <param name="session">Whom to ask.</param>
    /// <param name="gate">The same, with patience.</param>
    /// <param name="asked">The roll.</param>
    public RollHolder(CliSession session, PatientGate gate, RollAsked asked)
    {
        (_session, _gate, _asked) = (session, gate, asked);
        _done = [.. asked.Done];
        _told = new RollReportJson(_id, null, RollSteps.Begin, "it begins", [.. _done]);
    }

    /// <summary>The roll's id, which its drains and enables name.</summary>
    public string Id => _id;

    /// <summary>Whose roll the gate says it is; empty before it has begun.</summary>
    public string Who { get; private set; } = "";

    /// <summary>Cancelled when another has the lease.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>What the gate said when it took no more word of this roll: whose the lease is now, or that the roll is over. Null while it is ours.</summary>
    public string? LostTo { get; private set; }

    /// <summary>The pods that are done.</summary>
    public IReadOnlyList<string> Done => _done;

    /// <summary>What the gate said last, for scripts.</summary>
    public JsonElement? Last { get; private set; }

    /// <summary>Takes the lease, or throws the gate's refusal.</summary>
    /// <param name="silent">Told whenever nobody answered.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task BeginAsync(Action silent, CancellationToken cancel)
    {
        var from = PlainText.Invariant($"{Environment.UserName}@{Environment.MachineName}, process {Environment.ProcessId}");
        var begin = new RollBeginJson(
            _id, _asked.Pods, _asked.Command, _asked.Reason, from, _asked.Terms, _asked.Done, _asked.OutBefore, _asked.Resumes);
        try
        {
            var answer = await _gate.AskAsync(
                end => _session.Gate.PostAsync<RollBeginJson, RollStatusJson>(Path, begin, end), silent, cancel);
            Last = RollOf(answer.Document);
            Who = answer.Value.Roll?.Who ?? "";
        }
        catch (OperationCanceledException)
        {
            // It may have begun, although the answer was not waited for. When it has not, the gate knows of no such roll.
            await EndAsync(RollStates.Stopped, "a person stopped it before it began");
            throw;
        }

        _renewing = RenewAsync(_over.Token);
    }

    /// <summary>Tells how far it is. When this returns, the lease was ours a moment ago.</summary>
    /// <param name="pod">The pod it is at, or null.</param>
    /// <param name="step">The step.</param>
    /// <param name="sentence">What it does.</param>
    /// <param name="drained">Since when that pod is out by the roll's own drain, or null.</param>
    /// <param name="silent">Told whenever nobody answered.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task TellAsync(string? pod, string step, string sentence, DateTimeOffset? drained, Action silent, CancellationToken cancel)
    {
        _told = new RollReportJson(_id, pod, step, sentence, [.. _done], Drained: drained);
        await _gate.AskAsync(
            async end =>
            {
                await PutAsync(end);
                return true;
            },
            silent,
            cancel);
    }

    /// <summary>Renews the lease once, with what was told last; throws <see cref="RollLost"/> when it is another's.</summary>
    /// <param name="cancel">Gives up.</param>
    public Task RenewOnceAsync(CancellationToken cancel) => PutAsync(cancel);

    /// <summary>A pod is done; the next word tells it.</summary>
    /// <param name="pod">The pod.</param>
    public void IsDone(string pod) => _done.Add(pod);

    /// <summary>Gives the lease back.</summary>
    /// <param name="state">Finished or Stopped.</param>
    /// <param name="sentence">How it ended; null: as it was told last.</param>
    /// <returns>Whether the gate has taken it; when not, <see cref="LostTo"/> has the reason, if the gate gave one.</returns>
    public async Task<bool> EndAsync(string state, string? sentence)
    {
        await StopRenewingAsync();
        _told = _told with { State = state, Sentence = Short(sentence ?? _told.Sentence!), Done = [.. _done] };
        using var limit = new CancellationTokenSource(LastWord, _session.Time);
        try
        {
            await _gate.AskAsync(
                async end =>
                {
                    await PutAsync(end);
                    return true;
                },
                static () => { },
                limit.Token);
            return true;
        }
        catch (Exception exception) when (exception is CliFailure or OperationCanceledException)
        {
            // A silent gate will show that the roll died, which is nearly the same; this one is told by what is returned.
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopRenewingAsync();
        _oneAtATime.Dispose();
        _over.Dispose();
        _lost.Dispose();
    }

    private static string Short(string sentence)
    {
        var clean = PlainText.Of(sentence);
        return clean.Length <= AdminLimits.LongestReason ? clean : string.Concat(clean.AsSpan(0, AdminLimits.LongestReason - 3), "...");
    }

    private static JsonElement RollOf(JsonElement document) => document.TryGetProperty("roll", out var roll) ? roll : document;

    private async Task StopRenewingAsync()
    {
        await _over.CancelAsync();
        await _renewing;
    }

    private async Task RenewAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Task.Delay(AdminLimits.RollRenewal, _session.Time, end);
                try
                {
                    await PutAsync(end);
                }
                catch (CliFailure failure) when (failure is not RollLost)
                {
                    // A gate that is away is renewed at later; the next step waits for it, and says so.
                }
            }
        }
        catch (RollLost)
        {
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The roll is over, and so is the renewing.
        }
    }

    /// <summary>One word at a time, so that an older one never comes after a newer one.</summary>
    private async Task PutAsync(CancellationToken cancel)
    {
        await _oneAtATime.WaitAsync(cancel);
        try
        {
            Last = RollOf((await _session.Gate.PutAsync<RollReportJson, RollStatusJson>(Path, _told, cancel)).Document);
        }
        catch (GateRefused refused) when (refused.Status == 409)
        {
            LostTo ??= refused.Message;
            throw new RollLost(refused.Message);
        }
        finally
        {
            _oneAtATime.Release();
        }
    }
}
