using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.ObjectPool;
using PodGate.Core.Routing;
using PodGate.Proxy.Affinity;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Forwarding;
using PodGate.Proxy.Signals;

namespace PodGate.Proxy;

/// <summary>The request path, in one method, in order.</summary>
/// <remarks>
/// A request reads one view (snapshot and channels), picks, counts itself in, and reads the view again: if a publication came between,
/// it counts itself out and picks anew. So when a publication is complete, whoever still has the old view is counted, and a command may
/// be acknowledged as soon as nobody is left between picking and sending.
/// </remarks>
public sealed class ProxyPipeline : IDisposable
{
    /// <summary>More attempts than this, of whatever kind, and the gate gives up: nothing loops for ever.</summary>
    private const int MostAttempts = 8;

    private readonly ISignalSink _sink;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Forwarder _forwarder = new();
    private readonly ObjectPool<Exchange> _exchanges;
    private readonly RetryBudget _budget;
    private readonly LineOptions _lines;
    private readonly Lock _publishing = new();
    private Dictionary<string, PodChannel> _channels = new(StringComparer.Ordinal);
    private volatile RoutingView _view = null!;
    private volatile Rules _rules;

    /// <summary>Sets the path up; it follows the source's snapshots from now on.</summary>
    /// <param name="source">Where routing snapshots come from.</param>
    /// <param name="sink">Where outcomes go.</param>
    /// <param name="settings">What to go by at first.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">For what is rare; never for a request.</param>
    public ProxyPipeline(IRoutingSource source, ISignalSink sink, ProxySettings settings, TimeProvider time, ILoggerFactory logs)
        : this(source, sink, settings, time, logs, certificateCheck: null, RandomNumberGenerator.GetInt32)
    {
    }

    /// <summary>The same with what tests replace: the check of pods' certificates, and chance (a number from 0 up to, not including, its argument).</summary>
    internal ProxyPipeline(
        IRoutingSource source,
        ISignalSink sink,
        ProxySettings settings,
        TimeProvider time,
        ILoggerFactory logs,
        RemoteCertificateValidationCallback? certificateCheck,
        Func<int, int> chance)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(settings);
        _sink = sink;
        _time = time;
        _logger = logs.CreateLogger<ProxyPipeline>();
        _rules = new Rules(settings);
        _budget = new RetryBudget(Traffic, time);
        _exchanges = new DefaultObjectPool<Exchange>(new ExchangePolicy(time), maximumRetained: 1024);
        _lines = new LineOptions(() => _rules.Settings.ConnectTimeout, time, certificateCheck, _logger);
        Chance = chance;
        source.Follow(Publish);
    }

    /// <summary>What the path goes by; may be replaced at any moment. A request goes by what was there when it came.</summary>
    public ProxySettings Settings
    {
        get => _rules.Settings;
        set => _rules = new Rules(value);
    }

    /// <summary>The counters.</summary>
    public TrafficMeter Traffic { get; } = new();

    private Func<int, int> Chance { get; }

    /// <summary>Forwards one request: the data port's only delegate.</summary>
    /// <param name="context">The request.</param>
    public async Task InvokeAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var arrived = _time.GetTimestamp();
        var rules = _rules;
        if (IsPlainConnect(context))
        {
            await Answer.NoConnect.WriteAsync(context, null, null);
            return;
        }

        var exchange = _exchanges.Get();
        try
        {
            exchange.Begin(context, rules, ClientAddress.Of(context, rules.Trusted));
            var verdict = new Verdict(Next.Answer, null, Answer.NoPod);
            for (var attempt = 0; attempt < MostAttempts && CountIn(exchange); attempt++)
            {
                try
                {
                    var sending = _forwarder.SendAsync(exchange);
                    exchange.HandedOver(sending.IsCompleted);
                    verdict = Verdicts.Of(exchange, await sending);
                }
                finally
                {
                    exchange.EndAttempt();
                }

                if (verdict.Outcome is { } outcome)
                    _sink.Report(new Signal(exchange.Pod!, exchange.Slot, outcome, exchange.StatusCode, exchange.FirstByte));
                if (!GoesOn(exchange, verdict)) break;
            }

            if (verdict.Next != Next.Nothing && !context.Response.HasStarted) await AnswerAsync(exchange, verdict);
        }
        finally
        {
            Count(exchange, arrived);
            _exchanges.Return(exchange);
        }
    }

    /// <summary>Closes idle connections. To be called when no request runs any more.</summary>
    public void Dispose()
    {
        lock (_publishing)
        {
            foreach (var channel in _channels.Values) channel.Dispose();
            _channels = [];
        }

        _forwarder.Dispose();
    }

    /// <summary>Picks the pod and counts the request in, in such a way that it was surely still the right pick when it was counted.</summary>
    private bool CountIn(Exchange exchange)
    {
        while (true)
        {
            var view = _view;
            var snapshot = view.Snapshot;
            exchange.Slot = snapshot.Hashing.SlotOf(exchange.Client.Address);
            var tried = exchange.Tried;
            var pod = tried.IsEmpty ? snapshot.Owner(exchange.Slot) : snapshot.Next(exchange.Slot, tried);
            if (pod is null) return false;

            pod.Load.Enter();
            if (ReferenceEquals(_view, view))
            {
                var channel = view.Channels[pod.Index];
                if (!tried.IsEmpty) channel.Counters.Retried();
                exchange.Attempt(pod, channel);
                return true;
            }

            pod.Load.Sent();
            pod.Load.Leave();
        }
    }

    /// <summary>Decides whether there is another attempt, and clears the way for it.</summary>
    private bool GoesOn(Exchange exchange, in Verdict verdict)
    {
        if (exchange.Context.Response.HasStarted) return false;
        switch (verdict.Next)
        {
            case Next.PickAnew:
                break;
            case Next.TryAnother:
                exchange.Exclude();
                if (!exchange.MayTryAnother) return false;
                break;
            case Next.RepeatIfSafe when exchange is { IsRepeatable: true, WasRepeated: false }:
                exchange.Exclude();
                if (!exchange.MayTryAnother || !HasAnother(exchange) || !_budget.TryTake(exchange.Rules.Settings.RetryBudgetPercent)) return false;
                exchange.WasRepeated = true;
                break;
            default:
                return false;
        }

        exchange.ClearAttempt();
        return true;
    }

    private bool HasAnother(Exchange exchange) => _view.Snapshot.Next(exchange.Slot, exchange.Tried) is not null;

    private Task AnswerAsync(Exchange exchange, in Verdict verdict)
    {
        var settings = exchange.Rules.Settings;
        var pod = exchange.Pod?.Name;
        if (!ReferenceEquals(verdict.Answer, Answer.NoPod) && !(verdict.Next == Next.PickAnew && exchange.Tried.IsEmpty))
        {
            if (ReferenceEquals(verdict.Answer, Answer.NotForwardable)) ProxyLog.NotForwardable(_logger, exchange.Failure, pod!);
            return verdict.Answer!.WriteAsync(exchange.Context, settings.ResponseHeader, pod);
        }

        // Everybody turned away at one moment must not come back at one moment.
        Traffic.HadNoPod();
        exchange.Forget();
        var seconds = Math.Max(1, settings.RetryAfterSeconds);
        return Answer.NoPod.WriteAsync(exchange.Context, settings.ResponseHeader, pod: null, seconds + Chance(seconds + 1));
    }

    private void Count(Exchange exchange, long arrived)
    {
        if (exchange.Channel is not { } channel) return;
        var response = exchange.Context.Response;

        // An answer without a body starts only after this; one that was never begun was sent to nobody.
        channel.Counters.Ends(response.HasStarted || exchange.Whole ? response.StatusCode : 0, _time.GetElapsedTime(arrived));
    }

    private static bool IsPlainConnect(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true };

    /// <summary>Follows a publication. When it returns, no request can be counted in with an older view.</summary>
    private void Publish(RoutingSnapshot snapshot)
    {
        lock (_publishing)
        {
            var channels = new PodChannel[snapshot.Pods.Length];
            var byName = new Dictionary<string, PodChannel>(channels.Length, StringComparer.Ordinal);
            foreach (var pod in snapshot.Pods)
            {
                var counters = Traffic.For(pod);
                if (!_channels.Remove(pod.Name, out var channel)) channel = new PodChannel(pod, counters, _lines);
                channel.Prepare(pod);
                channels[pod.Index] = byName[pod.Name] = channel;
            }

            _view = new RoutingView(snapshot, channels);
            Interlocked.MemoryBarrier();
            foreach (var channel in channels) channel.Settle();

            // What is left is configured no more.
            foreach (var (name, channel) in _channels)
            {
                channel.Dispose();
                Traffic.Forget(name);
            }

            _channels = byName;
        }
    }

    private sealed class ExchangePolicy(TimeProvider time) : PooledObjectPolicy<Exchange>
    {
        public override Exchange Create() => new(time);

        public override bool Return(Exchange exchange)
        {
            exchange.Reset();
            return true;
        }
    }
}
