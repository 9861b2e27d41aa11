using Microsoft.Extensions.Logging;

namespace PodGate.Control.Probing;

/// <summary>How punctual the gate has been.</summary>
/// <param name="Largest">
/// The largest lateness of the last minute, of the clock thread, the thread pool or a thread that hears from sockets; one that goes on included.
/// </param>
/// <param name="Spells">How often the gate has been late by more than <see cref="SelfWatch.Tolerated"/> since it started.</param>
/// <param name="PoolDelay">How long the thread pool last took to begin with a piece of work.</param>
/// <param name="Pauses">For how long collections have stopped the process since it started.</param>
public sealed record SelfReading(TimeSpan Largest, long Spells, TimeSpan PoolDelay, TimeSpan Pauses);

/// <summary>
/// Watches the gate itself, so that a gate that was stopped, starved or busy with collecting garbage does not take its own deafness for the silence of pods.
/// A thread of its own beats every 20 ms and notes each beat that came late; every few beats it also hands a piece of work to the thread pool, and
/// to each thread that hears from sockets, and notes when that began late. All members may be called from any thread.
/// <para>
/// Lateness is measured when somebody asks, from the last beat to now, and not only when the next beat comes: so the very first timer that fires after a
/// SIGSTOP and a SIGCONT is told already.
/// </para>
/// </summary>
public sealed class SelfWatch : IDisposable
{
    /// <summary>Time from beat to beat.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    /// <summary>A beat that comes less late than this is punctual enough.</summary>
    public static readonly TimeSpan Tolerated = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan Lately = TimeSpan.FromMinutes(1);
    private const int MostSpells = 256;
    private const int BeatsPerErrand = 5;

    private readonly TimeProvider _time;
    private readonly Errand _pool;
    private readonly List<Errand> _errands;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly Queue<Spell> _spells = new();
    private readonly ManualResetEventSlim _stop = new();
    private DateTimeOffset _lastBeat;
    private long _count;
    private int _beats;
    private Thread? _thread;

    /// <summary>Makes a watch that takes this moment for its first beat; <see cref="Start"/> starts the thread.</summary>
    /// <param name="time">The clock; must not run backwards.</param>
    /// <param name="logger">The log.</param>
    /// <param name="pool">Hands work to the thread pool; null: the process's own.</param>
    public SelfWatch(TimeProvider time, ILogger<SelfWatch> logger, Action<Action>? pool = null)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _logger = logger;
        _pool = new Errand(this, pool ?? (static work => ThreadPool.UnsafeQueueUserWorkItem(static state => state(), work, preferLocal: false)));
        _errands = [_pool];
        _lastBeat = time.GetUtcNow();
    }

    /// <summary>Watches another place where work is done.</summary>
    /// <param name="place">Hands work to it; called with one piece of work at a time.</param>
    public void Add(Action<Action> place)
    {
        lock (_lock) _errands.Add(new Errand(this, place));
    }

    /// <summary>Begins to beat.</summary>
    public void Start()
    {
        lock (_lock)
        {
            if (_thread is not null) return;
            _lastBeat = _time.GetUtcNow();
            _thread = new Thread(Run) { IsBackground = true, Name = "podgate-beat" };
            _thread.Start();
        }
    }

    /// <summary>By how much the gate was late at the worst moment between two; zero when it was punctual.</summary>
    /// <param name="from">The first moment.</param>
    /// <param name="until">The last one.</param>
    public TimeSpan LatenessIn(DateTimeOffset from, DateTimeOffset until)
    {
        lock (_lock)
        {
            var worst = TimeSpan.Zero;
            foreach (var spell in _spells.Concat(Going(_time.GetUtcNow())))
            {
                if (spell.From < until && spell.Until > from && spell.Lateness > worst) worst = spell.Lateness;
            }

            return worst;
        }
    }

    /// <summary>Whether the gate was late by more than a limit between two moments.</summary>
    /// <param name="from">The first moment.</param>
    /// <param name="until">The last one.</param>
    /// <param name="timeout">What had to be kept meanwhile; the limit is a quarter of it, and never less than 250 ms.</param>
    public bool WasLate(DateTimeOffset from, DateTimeOffset until, TimeSpan timeout) => LatenessIn(from, until) > Punctuality.Limit(timeout);

    /// <summary>How punctual the gate has been.</summary>
    public SelfReading Read()
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            Spell[] going = [.. Going(now)];
            var largest = _spells.Concat(going).Where(spell => now - spell.Until <= Lately).Select(spell => spell.Lateness).DefaultIfEmpty().Max();
            return new SelfReading(largest, _count + going.Length, _pool.DelayAt(now), GC.GetTotalPauseDuration());
        }
    }

    /// <summary>One beat. The thread calls it; tests do in its place.</summary>
    internal void BeatNow()
    {
        Errand[] errands = [];
        TimeSpan late;
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            late = now - _lastBeat - Beat;
            if (late > Tolerated) Note(new Spell(_lastBeat, now, late));
            _lastBeat = now;
            if (++_beats % BeatsPerErrand == 0)
            {
                errands = [.. _errands.Where(errand => errand.Since is null)];
                foreach (var errand in errands) errand.Since = now;
            }
        }

        if (late > TimeSpan.FromSeconds(1)) ProbingLog.GateWasLate(_logger, late.TotalSeconds);
        foreach (var errand in errands) errand.Hand();
    }

    /// <summary>Ends the thread.</summary>
    public void Dispose()
    {
        _stop.Set();
        if (_thread?.Join(TimeSpan.FromSeconds(1)) != false) _stop.Dispose();
    }

    private void Run()
    {
        // Real time on purpose: what is measured is how late this thread comes.
        while (!_stop.Wait(Beat)) BeatNow();
    }

    private void Note(Spell spell)
    {
        if (_spells.Count == MostSpells) _spells.Dequeue();
        _spells.Enqueue(spell);
        _count++;
    }

    /// <summary>Lateness that is not over: the next beat, or an errand, is overdue.</summary>
    private IEnumerable<Spell> Going(DateTimeOffset now)
    {
        if (now - _lastBeat - Beat is var late && late > Tolerated) yield return new Spell(_lastBeat, now, late);
        foreach (var errand in _errands)
        {
            if (errand.Since is { } since && now - since > Tolerated) yield return new Spell(since, now, now - since);
        }
    }

    /// <summary>A piece of work for one place, over and over; under the watch's lock.</summary>
    private sealed class Errand(SelfWatch watch, Action<Action> place)
    {
        private TimeSpan _delay;

        /// <summary>Since when it waits to begin; null when it does not.</summary>
        public DateTimeOffset? Since { get; set; }

        /// <summary>How long it last waited, or waits now if that is longer.</summary>
        public TimeSpan DelayAt(DateTimeOffset now) => Since is { } since && now - since > _delay ? now - since : _delay;

        public void Hand() => place(Began);

        private void Began()
        {
            lock (watch._lock)
            {
                if (Since is not { } since) return;
                var now = watch._time.GetUtcNow();
                Since = null;
                _delay = now - since;
                if (_delay > Tolerated) watch.Note(new Spell(since, now, _delay));
            }
        }
    }

    private readonly record struct Spell(DateTimeOffset From, DateTimeOffset Until, TimeSpan Lateness);
}
