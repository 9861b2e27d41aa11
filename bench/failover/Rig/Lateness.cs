using System.Diagnostics;

namespace Failover.Rig;

/// <summary>Measures the measurer: by how much a thread that asks to sleep 5 ms sleeps longer. Figures of a machine that was busy otherwise mean less.</summary>
internal sealed class Lateness : IDisposable
{
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(5);
    private readonly Thread _thread;
    private volatile bool _stop;
    private long _worst;

    public Lateness()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "lateness" };
        _thread.Start();
    }

    public TimeSpan Worst => new(Interlocked.Read(ref _worst));

    public void Dispose()
    {
        _stop = true;
        _thread.Join();
    }

    private void Run()
    {
        while (!_stop)
        {
            var begun = Stopwatch.GetTimestamp();
            Thread.Sleep(Nap);
            var late = (Stopwatch.GetElapsedTime(begun) - Nap).Ticks;
            if (late > Interlocked.Read(ref _worst)) Interlocked.Exchange(ref _worst, late);
        }
    }
}
