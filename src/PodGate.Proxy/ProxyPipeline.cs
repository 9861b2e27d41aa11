using System.Net.Security;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using PodGate.Core.Routing;
using PodGate.Proxy.Affinity;
using PodGate.Proxy.Arrivals;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Farewells;
using PodGate.Proxy.Forwarding;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Turnstiles;

namespace PodGate.Proxy;

/// <summary>The request path, in one method, in order.</summary>
public sealed class ProxyPipeline : IDisposable
{
    /// <summary>More attempts than this, of whatever kind, waiting for one among them, and the gate gives up: nothing loops for ever.</summary>
    private const int MostAttempts = 8;

    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Forwarder _forwarder = new();
    private readonly ExchangePool _exchanges;
    private readonly FarewellRounds _farewells;
    private readonly Picker _picker;
    private readonly Reporter _reporter;
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
        _time = time;
        _logger = logs.CreateLogger<ProxyPipeline>();
        _rules = new Rules(settings);
        _reporter = new Reporter(sink, time);
        _picker = new Picker(
            Traffic, new RetryBudget(Traffic, time), new LineOptions(() => _rules.Settings.ConnectTimeout, time, certificateCheck, _logger));
        _exchanges = new ExchangePool(() => new Exchange(time, _picker, _reporter));
        _farewells = new FarewellRounds(_exchanges, time, _logger);
        Chance = chance;
        Door = new FrontDoor(time);
        Limit(settings);
        source.Follow(_picker.Publish);
        source.Follow(_farewells.Follow);
    }

    /// <summary>
    /// What the path goes by; may be replaced at any moment. A request goes by what was there when it came; the limits of pods and of new connections hold for
    /// all at once.
    /// </summary>
    public ProxySettings Settings
    {
        get => _rules.Settings;
        set
        {
            _rules = new Rules(value);
            Limit(value);
        }
    }

    /// <summary>Lets client connections in; the listeners' part of the path.</summary>
    public FrontDoor Door { get; }

    /// <summary>The counters.</summary>
    public TrafficMeter Traffic { get; } = new();

    private Func<int, int> Chance { get; }

    /// <summary>What runs on pods at this moment: running requests and long-lived connections. Costs a pass over all of them; requests do not notice.</summary>
    public IEnumerable<OpenConnection> OpenConnections() => _exchanges.All().Select(exchange => exchange.Look()).OfType<OpenConnection>();

    /// <summary>Who waits for each pod, and how many had to.</summary>
    public IReadOnlyList<QueueReading> Queues() => _picker.Queues();

    /// <summary>The gate goes: asks all long-lived connections to end. Requests are still taken.</summary>
    /// <param name="spread">Over how long they are asked.</param>
    public void LeaveAll(TimeSpan spread) => _farewells.LeaveAll(spread);

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

        var exchange = _exchanges.Take();
        try
        {
            exchange.Begin(context, rules, ClientAddress.Of(context, rules.Trusted), arrived);
            var verdict = new Verdict(Next.Answer, null, Answer.NoPod);
            for (var attempt = 0; attempt < MostAttempts; attempt++)
            {
                if (_picker.CountIn(exchange) is not { } pick)
                {
                    if (exchange.Turns.Waiter is null) break;
                    await exchange.Turns.WaitAsync(context.RequestAborted);
                    verdict = Verdicts.OfWaiting(exchange.Turns.Waiter.End);
                    if (verdict.Next != Next.PickAnew) break;
                    continue;
                }

                try
                {
                    exchange.Begin(exchange.Current, pick);
                    var sending = _forwarder.SendAsync(exchange);
                    exchange.Current.HandedOver(sending.IsCompleted);
                    verdict = Verdicts.Of(exchange, await sending);
                }
                finally
                {
                    exchange.EndAttempt();
                }

                if (verdict.Outcome is { } outcome) _reporter.Ended(exchange.Current, exchange.Slot, outcome);
                if (!GoesOn(exchange, verdict)) break;
                if (verdict.Next is Next.GoOn or Next.RepeatIfSafe) exchange.Turns.WasSent();
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
        _farewells.Dispose();
        _picker.Dispose();
        _forwarder.Dispose();
        _exchanges.Dispose();
    }

    /// <summary>Decides whether there is another attempt, and clears the way for it.</summary>
    private static bool GoesOn(Exchange exchange, in Verdict verdict)
    {
        if (exchange.Context.Response.HasStarted) return false;
        switch (verdict.Next)
        {
            case Next.PickAnew:
                break;
            case Next.GoOn:
                exchange.Exclude();
                break;
            case Next.TryAnother:
                exchange.Exclude();
                if (!exchange.MayTryAnother) return false;
                break;
            case Next.RepeatIfSafe when !exchange.WasRepeated && exchange.MayRepeat():
                exchange.Exclude();
                exchange.WasRepeated = true;
                break;
            default:
                return false;
        }

        exchange.ClearAttempt();
        return true;
    }

    private Task AnswerAsync(Exchange exchange, in Verdict verdict)
    {
        var settings = exchange.Rules.Settings;
        var pod = exchange.Current.Pod?.Name;
        var isFull = ReferenceEquals(verdict.Answer, Answer.Full);
        if (!isFull && !ReferenceEquals(verdict.Answer, Answer.NoPod) && !(verdict.Next == Next.PickAnew && exchange.Tried.IsEmpty))
        {
            if (ReferenceEquals(verdict.Answer, Answer.NotForwardable)) ProxyLog.NotForwardable(_logger, exchange.Failure, pod!);
            return verdict.Answer!.WriteAsync(exchange.Context, settings.ResponseHeader, pod);
        }

        // Everybody turned away at one moment must not come back at one moment.
        if (!isFull) Traffic.HadNoPod();
        exchange.Current.Forget();
        var seconds = Math.Max(1, settings.RetryAfterSeconds);
        var answer = isFull ? Answer.Full : _picker.Refuses(exchange) ? Answer.NotElsewhere : Answer.NoPod;
        return answer.WriteAsync(exchange.Context, settings.ResponseHeader, pod: null, seconds + Chance(seconds + 1));
    }

    /// <summary>What does not wait for the next request to go by it.</summary>
    private void Limit(ProxySettings settings)
    {
        _picker.Limit(settings);
        Door.Apply(settings);
    }

    private void Count(Exchange exchange, long arrived)
    {
        if (exchange.Current.Channel is not { } channel) return;
        var response = exchange.Context.Response;

        // An answer without a body starts only after this; one that was never begun was sent to nobody.
        var code = response.HasStarted || exchange.Current.Whole ? response.StatusCode : 0;
        var took = _time.GetElapsedTime(arrived);
        channel.Counters.Ends(code, took);
        if (took >= Exemplar.Slow || code >= 500) channel.Counters.Stands(exchange.Context.Request.Headers.TraceParent, took, _time.GetUtcNow());
    }

    private static bool IsPlainConnect(HttpContext context) =>
        HttpMethods.IsConnect(context.Request.Method) && context.Features.Get<IHttpExtendedConnectFeature>() is not { IsExtendedConnect: true };
}
