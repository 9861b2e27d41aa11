using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Proxy.Arrivals;

/// <summary>
/// Lets new client connections in: so many a second, and so many TLS handshakes at a time. A connection that has to wait does so before a byte of it is
/// looked at, for a second at most. Sits before and behind TLS in the data port's connection pipeline. Any thread; nothing is logged.
/// </summary>
public sealed class FrontDoor
{
    /// <summary>More than this do not wait for a handshake: whoever comes then is better off trying again.</summary>
    private const int MostWaiting = 10_000;

    /// <summary>Who connects and says nothing is not waited for any longer than Kestrel waits for a handshake.</summary>
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly ArrivalRate _rate;
    private readonly Turnstile _handshakes = new();
    private volatile bool _limitsHandshakes;
    private long _delayed;
    private long _tooMany;
    private long _begun;
    private long _succeeded;
    private long _failed;

    internal FrontDoor(TimeProvider time)
    {
        _time = time;
        _rate = new ArrivalRate(time);
    }

    /// <summary>What has come and gone.</summary>
    public ArrivalReading Read()
    {
        // The ends first, so that no more have ended than began.
        var (succeeded, failed) = (Volatile.Read(ref _succeeded), Volatile.Read(ref _failed));
        var handshakes = _handshakes.Read("");
        var underWay = Volatile.Read(ref _begun) - succeeded - failed;
        return new ArrivalReading(
            Volatile.Read(ref _delayed), Volatile.Read(ref _tooMany), underWay, handshakes.NoRoom + handshakes.TooLong, failed);
    }

    /// <summary>To be called for a listener before TLS is added to it, whether it will be or not.</summary>
    /// <param name="listen">The listener.</param>
    /// <param name="secure">Whether TLS follows.</param>
    public void AddBeforeTls(ListenOptions listen, bool secure)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.Use(next => connection =>
        {
            var wait = _rate.Wait();
            if (wait == TimeSpan.Zero) return next(connection);
            if (wait is { } later) return LetInAsync(connection, later, next);
            Interlocked.Increment(ref _tooMany);
            return CloseAsync(connection);
        });
        if (secure) listen.Use(next => connection => ShakeHandsAsync(connection, next));
    }

    /// <summary>To be called for a listener after TLS was added to it.</summary>
    /// <param name="listen">The listener.</param>
    public static void AddBehindTls(ListenOptions listen)
    {
        ArgumentNullException.ThrowIfNull(listen);
        listen.Use(next => connection =>
        {
            connection.Features.Get<Handshake>()?.End(well: true);
            return next(connection);
        });
    }

    /// <summary>Goes by other limits from now on. Who is in stays in.</summary>
    internal void Apply(ProxySettings settings)
    {
        _rate.PerSecond = settings.MostNewConnections;
        _limitsHandshakes = settings.MostHandshakes > 0;
        _handshakes.Limit(_limitsHandshakes ? settings.MostHandshakes : Turnstile.NoLimit);
    }

    /// <summary>A handshake has ended.</summary>
    internal void Ended(bool well) => Interlocked.Increment(ref (well ? ref _succeeded : ref _failed));

    private async Task LetInAsync(ConnectionContext connection, TimeSpan wait, ConnectionDelegate next)
    {
        Interlocked.Increment(ref _delayed);
        try
        {
            await Task.Delay(wait, _time, connection.ConnectionClosed);
        }
        catch (OperationCanceledException)
        {
            // The client went away.
            await CloseAsync(connection);
            return;
        }

        await next(connection);
    }

    private async Task ShakeHandsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        Interlocked.Increment(ref _begun);
        Turnstile? place = null;
        if (_limitsHandshakes && (await HasNothingToSayAsync(connection) || (place = await TakePlaceAsync(connection)) is null))
        {
            Ended(well: false);
            await CloseAsync(connection);
            return;
        }

        var handshake = new Handshake(this, place, _time);
        connection.Features.Set(handshake);
        try
        {
            await next(connection);
        }
        finally
        {
            handshake.End(well: false);
        }
    }

    /// <summary>Who connects and keeps silent must not take a place from those who speak. What was said is still there for who reads next.</summary>
    private async Task<bool> HasNothingToSayAsync(ConnectionContext connection)
    {
        using var limit = new CancellationTokenSource(LongestSilence, _time);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(limit.Token);
            var isEmpty = read.Buffer.IsEmpty;
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return isEmpty;
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            // Nothing came in time, or the client went away.
            return true;
        }
    }

    private async Task<Turnstile?> TakePlaceAsync(ConnectionContext connection)
    {
        if (_handshakes.TryEnter()) return _handshakes;
        var waiter = _handshakes.Join(null, MostWaiting, ArrivalRate.LongestWait);
        if (waiter.End == WaitEnd.None) Interlocked.Increment(ref _delayed);
        await waiter.WaitAsync(_time, connection.ConnectionClosed);
        return waiter.TakePlace();
    }

    private static async Task CloseAsync(ConnectionContext connection)
    {
        await connection.Transport.Input.CompleteAsync();
        await connection.Transport.Output.CompleteAsync();
    }
}
