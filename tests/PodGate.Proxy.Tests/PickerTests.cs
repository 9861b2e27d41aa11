using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Core.Routing;
using PodGate.Proxy.Affinity;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Forwarding;
using PodGate.Proxy.Signals;
using PodGate.Proxy.Tests.Rig;
using PodGate.TestKit.Servers;
using PodGate.TestKit;

namespace PodGate.Proxy.Tests;

public sealed class PickerTests : IDisposable
{
    private readonly Board _board = new Board().Put("a", RawPod.Nobody()).Put("b", RawPod.Nobody());
    private readonly Picker _picker;
    private readonly Exchange _exchange;

    public PickerTests()
    {
        var time = TimeProvider.System;
        var traffic = new TrafficMeter();
        _picker = new Picker(
            traffic, new RetryBudget(traffic, time), new LineOptions(() => TimeSpan.FromSeconds(1), time, null, NullLogger.Instance));
        _board.Follow(_picker.Publish);
        _exchange = new Exchange(time, _picker, new Reporter(new SignalLog(), time));
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestBodyDetectionFeature>(new Bodyless());
        context.Request.Method = "GET";
        _exchange.Begin(context, new Rules(new ProxySettings()), new Client(IPAddress.Parse(_board.ClientOf("a")), PeerIsTrusted: false), arrivedAt: 0);
    }

    // The worst moment: the pod was picked and the view was still the same, but the attempt does not follow the pod yet.
    [Theory]
    [InlineData(Admission.Standby)]
    [InlineData(Admission.Excluded)]
    [InlineData(Admission.Closed)]
    public async Task Pod_SuspendedBetweenPickingAndRegistering_LosesTheRequest(Admission admission)
    {
        var pick = _picker.CountIn(_exchange)!.Value;
        pick.Pod.Name.Should().Be("a");
        _board.Admit("a", admission);
        _exchange.Begin(_exchange.Current, pick);
        await Soon.BeTrueAsync(() => _exchange.Current.WasMovedAway && _exchange.Current.Stop.IsCancellationRequested, "the request is moved away");
        _exchange.EndAttempt();
        _exchange.Exclude();
        _picker.CountIn(_exchange)!.Value.Pod.Name.Should().Be("b");
    }

    [Fact]
    public async Task Answer_AndSuspensionAtOnce_OneOfThemWins()
    {
        for (var round = 0; round < 300; round++)
        {
            _exchange.Begin(_exchange.Current, _picker.CountIn(_exchange)!.Value);
            var suspending = Task.Run(() => _board.Admit("a", Admission.Standby));
            var answers = _exchange.Current.Answers(200, Timeout.InfiniteTimeSpan, isLong: false);
            await suspending;
            if (!answers) await Soon.BeTrueAsync(() => _exchange.Current.Stop.IsCancellationRequested, "it was moved away");
            _exchange.EndAttempt();
            _exchange.Current.WasMovedAway.Should().Be(!answers);
            _exchange.Current.Stop.IsCancellationRequested.Should().Be(!answers, "an answer that has begun goes on");
            _board.Admit("a", Admission.Serving);
        }
    }

    public void Dispose()
    {
        _exchange.Dispose();
        _picker.Dispose();
    }

    private sealed class Bodyless : IHttpRequestBodyDetectionFeature
    {
        public bool CanHaveBody => false;
    }
}
