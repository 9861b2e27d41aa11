using System.Collections.Immutable;
using System.Net;
using Microsoft.Extensions.Logging;
using PodGate.Core.Pods;

namespace PodGate.Control.Probing;

/// <summary>
/// Knows where the pods' host names lead, so that neither a request nor a probe ever waits for a resolver. Looks each name up every 30 s, keeps the last good
/// addresses while that fails (backing off up to 5 min), and reports changes. All members may be called from any thread; changes are reported one at a time.
/// </summary>
public sealed class AddressBook : IAsyncDisposable
{
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(2);

    private readonly TimeProvider _time;
    private readonly Func<double> _chance;
    private readonly Func<string, ImmutableArray<IPEndPoint>, ValueTask> _changed;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _lookUp;
    private readonly ILogger<AddressBook> _logger;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _reporting = new(1, 1);
    private readonly Dictionary<string, HostWatch> _watches = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, ImmutableArray<IPEndPoint>> _reported = new(StringComparer.Ordinal);
    private ImmutableSortedDictionary<string, PodSettings> _pods = ImmutableSortedDictionary.Create<string, PodSettings>(StringComparer.Ordinal);
    private List<Task> _ending = [];
    private bool _stopped;

    /// <summary>Makes an empty book.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="chance">Randomness from 0 up to 1, for jitter.</param>
    /// <param name="changed">Told of a pod's addresses when they become known and whenever they change; never with none. When it throws it
    /// is told again a second later.</param>
    /// <param name="logger">The log.</param>
    /// <param name="lookUp">The resolver; null: the platform's.</param>
    public AddressBook(
        TimeProvider time,
        Func<double> chance,
        Func<string, ImmutableArray<IPEndPoint>, ValueTask> changed,
        ILogger<AddressBook> logger,
        Func<string, CancellationToken, Task<IPAddress[]>>? lookUp = null)
    {
        _time = time;
        _chance = chance;
        _changed = changed;
        _logger = logger;
        _lookUp = lookUp ?? Resolver.Platform.LookUpAsync;
    }

    /// <summary>Follows the hosts of these pods (of their addresses and their health addresses) and of the reference targets, and no others.</summary>
    /// <param name="settings">What is in force now.</param>
    public void Apply(FleetSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        lock (_lock)
        {
            if (_stopped) return;
            foreach (var (name, old) in _pods)
            {
                if (!settings.Pods.TryGetValue(name, out var pod) || pod.Address != old.Address) _reported.Remove(name);
            }

            _pods = settings.Pods;
            var wanted = _pods.Values.SelectMany(pod => new[] { pod.Address.IdnHost, pod.Health.Url.IdnHost })
                .Concat(settings.References.Select(target => target.IdnHost)).ToHashSet(StringComparer.OrdinalIgnoreCase);
            foreach (var gone in _watches.Keys.Where(host => !wanted.Contains(host)).ToList())
            {
                _watches.Remove(gone, out var watch);
                _ending = [.. _ending.Where(task => !task.IsCompleted), watch!.DisposeAsync().AsTask()];
            }

            foreach (var watch in _watches.Values) watch.Wake();
            foreach (var host in wanted.Where(host => !_watches.ContainsKey(host)))
            {
                var watch = new HostWatch(host, _lookUp, ReportAsync, _time, _chance, _logger);
                _watches.Add(host, watch);
                watch.Start();
            }
        }
    }

    /// <summary>Where a pod's address leads; empty while that is not known, or when there is no such pod.</summary>
    /// <param name="pod">The pod's name.</param>
    public ImmutableArray<IPEndPoint> EndpointsOf(string pod)
    {
        lock (_lock)
        {
            return _pods.TryGetValue(pod, out var settings) ? Endpoints(settings) : [];
        }
    }

    /// <summary>The known addresses of a host that a pod's address or health address or a reference target names; empty while there are none.</summary>
    /// <param name="host">The host.</param>
    public ImmutableArray<IPAddress> AddressesOf(string host)
    {
        lock (_lock)
        {
            return _watches.TryGetValue(host, out var watch) ? watch.Addresses : [];
        }
    }

    /// <summary>Ends all look-ups.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
        {
            if (_stopped) return;
            _stopped = true;
            running = [.. _ending, .. _watches.Values.Select(watch => watch.DisposeAsync().AsTask())];
            _watches.Clear();
        }

        // A receiver of changes that hangs must not keep the gate from stopping.
        await Task.WhenAny(Task.WhenAll(running), Task.Delay(StopLimit, _time)).ConfigureAwait(false);
    }

    private ImmutableArray<IPEndPoint> Endpoints(PodSettings pod) => _watches.TryGetValue(pod.Address.IdnHost, out var watch)
        ? [.. watch.Addresses.Select(address => new IPEndPoint(address, pod.Address.Port))]
        : [];

    /// <summary>Tells of the pods of a host whose addresses are not those last told. One at a time, so that a pod's newest addresses are told last.</summary>
    private async Task<bool> ReportAsync(string host, CancellationToken cancel)
    {
        var all = true;
        await _reporting.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            foreach (var (pod, endpoints) in Unreported(host))
            {
                try
                {
                    await _changed(pod, endpoints).ConfigureAwait(false);
                    MarkReported(pod, endpoints);
                }
                catch (Exception error) when (error is not OperationCanceledException || !cancel.IsCancellationRequested)
                {
                    ProbingLog.ChangeThrew(_logger, error, pod);
                    all = false;
                }
            }
        }
        finally
        {
            _reporting.Release();
        }

        return all;
    }

    private List<(string Pod, ImmutableArray<IPEndPoint> Endpoints)> Unreported(string host)
    {
        lock (_lock)
        {
            return
            [
                .. _pods.Values.Where(pod => pod.Address.IdnHost.Equals(host, StringComparison.OrdinalIgnoreCase))
                    .Select(pod => (pod.Name, Endpoints: Endpoints(pod)))
                    .Where(pair => !pair.Endpoints.IsEmpty)
                    .Where(pair => !_reported.TryGetValue(pair.Name, out var last) || !last.SequenceEqual(pair.Endpoints)),
            ];
        }
    }

    private void MarkReported(string pod, ImmutableArray<IPEndPoint> endpoints)
    {
        lock (_lock)
        {
            // Meanwhile the configuration may have given it another address, which is told next.
            if (_pods.TryGetValue(pod, out var settings) && Endpoints(settings).SequenceEqual(endpoints)) _reported[pod] = endpoints;
        }
    }
}
