using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace PodGate.Control.Probing;

/// <summary>
/// Follows one host name: looks it up, keeps the last good addresses while that fails, and hands changes on. One look-up at a time, however
/// long the resolver takes. An IP literal is known at once and never looked up.
/// </summary>
internal sealed class HostWatch : IAsyncDisposable
{
    /// <summary>Time from one successful look-up to the next.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    /// <summary>The first pause after a failure; doubles with each one that follows.</summary>
    internal static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause after failures.</summary>
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private const int MostAddresses = 16;

    private readonly string _host;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _lookUp;
    private readonly Func<string, CancellationToken, Task<bool>> _deliver;
    private readonly ILogger _logger;
    private readonly WakeSignal _wake;
    private readonly CancellationTokenSource _stop = new();
    private readonly bool _isLiteral;
    private long _lookedUpAt;
    private TimeSpan _pause;
    private int _failures;
    private volatile Boxed _addresses = new([]);
    private Task _running = Task.CompletedTask;

    /// <summary>Makes a watch; <see cref="Start"/> starts it.</summary>
    /// <param name="host">Name or literal.</param>
    /// <param name="lookUp">The resolver.</param>
    /// <param name="deliver">Hands the addresses of a host on to its pods; false when that must be tried again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="chance">0 up to 1.</param>
    /// <param name="logger">The log.</param>
    internal HostWatch(
        string host,
        Func<string, CancellationToken, Task<IPAddress[]>> lookUp,
        Func<string, CancellationToken, Task<bool>> deliver,
        TimeProvider time,
        Func<double> chance,
        ILogger logger)
    {
        _host = host;
        _lookUp = lookUp;
        _deliver = deliver;
        _time = time;
        _chance = chance;
        _logger = logger;
        _wake = new WakeSignal(time);
        _isLiteral = IPAddress.TryParse(host, out var literal);
        if (literal is not null) Addresses = [Plain(literal)];
    }

    /// <summary>The last good addresses; empty while there are none.</summary>
    internal ImmutableArray<IPAddress> Addresses
    {
        get => _addresses.Value;
        private set => _addresses = new Boxed(value);
    }

    /// <summary>Starts the first look-up.</summary>
    internal void Start() => _running = Task.Run(RunAsync);

    /// <summary>Hands the addresses on again to whoever does not have them: the pods of this host changed.</summary>
    internal void Wake() => _wake.Call();

    /// <summary>Ends it and waits until it has ended, which takes as long as the receiver of changes does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _wake.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (!_stop.IsCancellationRequested) await RoundAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Told to stop.
        }
    }

    private async Task RoundAsync()
    {
        var delivered = true;
        try
        {
            if (!_isLiteral && IsDue) await LookUpAsync().ConfigureAwait(false);
            delivered = Addresses.IsEmpty || await _deliver(_host, _stop.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            ProbingLog.WatchThrew(_logger, error, _host);
            delivered = false;
        }

        var rest = _isLiteral ? Interval : _pause - _time.GetElapsedTime(_lookedUpAt);
        if (!delivered && rest > FirstPause) rest = FirstPause;
        if (rest > TimeSpan.Zero) await _wake.SleepAsync(rest, _stop.Token).ConfigureAwait(false);
    }

    private bool IsDue => _lookedUpAt == 0 || _time.GetElapsedTime(_lookedUpAt) >= _pause;

    private async Task LookUpAsync()
    {
        string why;
        try
        {
            // The platform's resolver does not stop when told to, so the wait for it does.
            var found = await _lookUp(_host, _stop.Token).WaitAsync(_stop.Token).ConfigureAwait(false);
            var addresses = Usable(found);
            if (!addresses.IsEmpty)
            {
                Accept(addresses);
                return;
            }

            why = "the name has no usable address";
        }
        catch (Exception error) when (error is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            why = error.Message;
        }

        Fail(why);
    }

    private void Accept(ImmutableArray<IPAddress> addresses)
    {
        Mark(Interval);
        var known = Addresses;
        // Resolvers rotate their answers; another order is no change.
        if (!known.IsEmpty && known.Length == addresses.Length && addresses.All(known.Contains))
        {
            if (_failures > 0) ProbingLog.Resolved(_logger, _host, string.Join(", ", known));
            _failures = 0;
            return;
        }

        _failures = 0;
        Addresses = addresses;
        ProbingLog.Resolved(_logger, _host, string.Join(", ", addresses));
    }

    private void Fail(string why)
    {
        _failures++;
        var pause = FirstPause * Math.Pow(2, Math.Min(_failures - 1, 20));
        // Between three quarters and the whole of it, so that many gates do not ask a resolver that comes back all at once.
        pause = (pause < LongestPause ? pause : LongestPause) * (0.75 + (0.25 * _chance()));
        Mark(pause);
        var kept = Addresses.IsEmpty ? "nothing" : string.Join(", ", Addresses);
        if (_failures == 1) ProbingLog.LookUpFailed(_logger, _host, why, kept, pause.TotalSeconds);
        else ProbingLog.LookUpFailedAgain(_logger, _host, _failures, why, pause.TotalSeconds);
    }

    private void Mark(TimeSpan pause)
    {
        _pause = pause;
        // Zero means never; a clock may start at zero.
        _lookedUpAt = _time.GetTimestamp() is var now and not 0 ? now : 1;
    }

    private static ImmutableArray<IPAddress> Usable(IPAddress[]? found) =>
    [
        .. (found ?? []).Select(Plain)
            .Where(address => address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6)
            .Where(address => !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
            .Distinct().Take(MostAddresses),
    ];

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private sealed record Boxed(ImmutableArray<IPAddress> Value);
}
