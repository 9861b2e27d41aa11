using Microsoft.Extensions.Logging;

namespace PodGate.Operator;

/// <summary>What became of a word about a roll.</summary>
internal enum RollResult
{
    /// <summary>Taken; the lease is renewed, or given back.</summary>
    Done,

    /// <summary>Another roll runs.</summary>
    Running,

    /// <summary>The roll has ended, or what was to be taken up has finished.</summary>
    Over,

    /// <summary>It is not the last roll any more, or never was.</summary>
    Lost,
}

/// <summary>
/// The lease that makes rolling work one at a time, and the record of the last roll. It is no pod's state and decides nothing: it keeps what
/// command lines say of themselves, as <see cref="TokenStore"/> keeps who may. A lease is the command line's as long as it is renewed; when it runs out
/// it is free, and still its own if it comes back before anybody else took it. Any thread may call.
/// </summary>
internal sealed class RollLease : IDisposable
{
    // A renewal that says nothing new is written this often, so that a restart does not forget for long when it was last heard of.
    private static readonly TimeSpan WriteEvery = TimeSpan.FromMinutes(1);

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _writing = new();
    private readonly ITimer _end;
    private DateTimeOffset _written;
    private bool _failed;

    // Another process takes over: what is changed from now on it would not see.
    private volatile bool _handsOver;

    // Swapped whole, so that who reads waits for no disk.
    private volatile Held? _held;

    private RollLease(string path, RollJson? last, TimeProvider time, ILogger logger)
    {
        (_path, _time, _logger) = (path, time, logger);
        _end = time.CreateTimer(static lease => ((RollLease)lease!).OnEnd(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        // While the gate was away nobody could renew: who ran then gets the time that he would have had.
        if (last is not null) Hold(last, time.GetUtcNow());
    }

    /// <summary>Whether another process takes over, or has: that one has read what was written, so whoever wants a change is told to ask again.</summary>
    public bool HandsOver
    {
        get => _handsOver;
        set => _handsOver = value;
    }

    /// <summary>Returns when nothing is being written any more.</summary>
    public void UntilWritten()
    {
        lock (_writing)
        {
            // Whoever comes behind sees that it is handed over.
        }
    }

    /// <summary>The roll that runs, else the last one, as it is now; null when there has been none.</summary>
    public RollJson? Last => _held is { } held ? AsOfNow(held) : null;

    /// <summary>Opens the record of a state directory. One that is missing or damaged is as good as none; the log says so.</summary>
    /// <param name="stateDirectory">The state directory.</param>
    /// <param name="time">The clock that leases go by.</param>
    /// <param name="logger">The log.</param>
    public static RollLease Open(string stateDirectory, TimeProvider time, ILogger logger)
    {
        var path = Path.Combine(stateDirectory, RollFile.Name);
        return new RollLease(path, RollFile.Read(path, logger), time, logger);
    }

    /// <summary>Begins a roll, unless another runs. It is on disk when this returns; throws what the disk throws.</summary>
    /// <param name="asked">The roll; its form is checked.</param>
    /// <param name="who">The person, by the token.</param>
    /// <returns>With the roll that is in the way, if one is.</returns>
    public (RollResult Result, RollJson? Roll) Begin(RollBeginJson asked, string who)
    {
        lock (_writing)
        {
            if (_handsOver) throw ApiProblem.HandsOver();
            var last = Last;
            if (last?.Id == asked.Id)
            {
                // The answer to the first was lost.
                if (last!.State is not (RollStates.Running or RollStates.Died)) return (RollResult.Over, last);
                return (RollResult.Done, Keep(last with { State = RollStates.Running, Ended = null }, always: false));
            }

            if (last?.State == RollStates.Running) return (RollResult.Running, last);
            if (asked.Resumes is not null && last?.Id != asked.Resumes) return (RollResult.Lost, last);
            if (asked.Resumes is not null && last!.State == RollStates.Finished) return (RollResult.Over, last);
            var now = _time.GetUtcNow();
            var roll = new RollJson(
                asked.Id!, who, asked.From!, asked.Reason!, asked.Command!, asked.Pods!, asked.Terms!, asked.OutBefore ?? [], asked.Done ?? [],
                RollStates.Running, now, now, null, null, RollSteps.Begin, "it begins");
            // Until it has looked itself, it is where the other stopped: one that dies before that can be taken up like the other.
            if (asked.Resumes is not null && last!.Pod is { } at && asked.Pods!.Contains(at)) roll = roll with { Pod = at, Drained = last.Drained };
            RollFile.Write(_path, roll);
            (_written, _failed) = (now, false);
            Hold(roll, now);
            OperatorLog.RollBegan(_logger, who, string.Join(", ", roll.Pods), roll.From, roll.Reason);
            return (RollResult.Done, roll);
        }
    }

    /// <summary>Renews the lease and takes down how far the roll is, or ends it. In effect although the disk may not take it; the log says that.</summary>
    /// <param name="told">What its command line says; its form is checked.</param>
    /// <returns>With the last roll, if there is one.</returns>
    public (RollResult Result, RollJson? Roll) Report(RollReportJson told)
    {
        lock (_writing)
        {
            if (_handsOver) throw ApiProblem.HandsOver();
            var last = Last;
            if (last is null || last.Id != told.Id) return (RollResult.Lost, last);
            if (last.State is RollStates.Finished or RollStates.Stopped) return (last.State == told.State ? RollResult.Done : RollResult.Over, last);
            var next = last with
            {
                Pod = told.Pod, Step = told.Step!, Sentence = told.Sentence!, Done = told.Done!, State = told.State ?? RollStates.Running,
                Ended = told.State is null ? null : _time.GetUtcNow(), Drained = told.Drained,
            };
            var isNews = last.Pod != next.Pod || last.Step != next.Step || last.Sentence != next.Sentence || last.Done.Count != next.Done.Count
                || last.State != next.State || last.Drained != next.Drained;
            next = Keep(next, isNews);
            if (told.State is not null) OperatorLog.RollEnded(_logger, next.Who, next.State, RollWords.Place(next));
            return (RollResult.Done, next);
        }
    }

    /// <summary>A roll is about to change a pod: renews its lease, when it holds it and has said that it is at this pod.</summary>
    /// <param name="id">The roll's id.</param>
    /// <param name="pod">The pod.</param>
    /// <returns>Done or Lost, with the last roll, if there is one.</returns>
    public (RollResult Result, RollJson? Roll) Act(string id, string pod)
    {
        lock (_writing)
        {
            if (_handsOver) throw ApiProblem.HandsOver();
            var last = Last;
            var holds = last is { State: RollStates.Running } && last.Id == id && last.Pod == pod;
            return holds ? (RollResult.Done, Keep(last!, always: false)) : (RollResult.Lost, last);
        }
    }

    /// <summary>Watches no more for leases that run out. What was held can still be read.</summary>
    public void Dispose() => _end.Dispose();

    private RollJson AsOfNow(Held held) => held.Roll.State == RollStates.Running && _time.GetUtcNow() >= held.Until
        ? held.Roll with { State = RollStates.Died, Ended = held.Until }
        : held.Roll;

    private RollJson Keep(RollJson roll, bool always)
    {
        var now = _time.GetUtcNow();
        roll = roll with { Heard = now };
        if (always || now - _written >= WriteEvery) Write(roll, now);
        Hold(roll, now);
        return roll;
    }

    private void Hold(RollJson roll, DateTimeOffset now)
    {
        _held = new Held(roll, now + AdminLimits.RollLease);
        _end.Change(roll.State == RollStates.Running ? AdminLimits.RollLease : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>By the timer, when the lease should have run out: once for each lease that did.</summary>
    private void OnEnd()
    {
        lock (_writing)
        {
            if (_held is not { Roll.State: RollStates.Running } held) return;
            var left = held.Until - _time.GetUtcNow();
            // A timer may be a moment too early, and a renewal may have come first.
            if (left > TimeSpan.Zero) _end.Change(left + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
            else OperatorLog.RollDied(_logger, RollWords.Name(held.Roll), held.Roll.From, AdminLimits.RollLease.TotalSeconds, RollWords.Place(held.Roll));
        }
    }

    private void Write(RollJson roll, DateTimeOffset now)
    {
        try
        {
            RollFile.Write(_path, roll);
            (_written, _failed) = (now, false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Once is enough: a roll renews every few seconds.
            if (!_failed) OperatorLog.RollNotWritten(_logger, exception);
            _failed = true;
        }
    }

    private sealed record Held(RollJson Roll, DateTimeOffset Until);
}
