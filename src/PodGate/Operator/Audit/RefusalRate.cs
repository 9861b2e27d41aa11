namespace PodGate.Operator.Audit;

/// <summary>
/// Which refused callers are written: the first ones, and from then on one now and then, which says how many came before it. Any thread may call.
/// </summary>
internal sealed class RefusalRate(TimeProvider time)
{
    private readonly Lock _lock = new();
    private double _left = AuditLimits.Refusals;
    private long _at = time.GetTimestamp();
    private long _omitted;

    /// <summary>Whether this one is written.</summary>
    /// <param name="omitted">How many were not since the last one that was.</param>
    public bool Take(out long omitted)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _left = Math.Min(AuditLimits.Refusals, _left + (time.GetElapsedTime(_at, now) / AuditLimits.RefusalEvery));
            _at = now;
            if (_left < 1)
            {
                omitted = 0;
                _omitted++;
                return false;
            }

            _left--;
            (omitted, _omitted) = (_omitted, 0);
            return true;
        }
    }
}
