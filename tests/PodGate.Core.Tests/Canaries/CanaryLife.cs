using PodGate.Core.Canaries;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Canaries;

/// <summary>How a canary ended.</summary>
/// <param name="Last">What was thought of it last.</param>
/// <param name="Minutes">How long it ran.</param>
/// <param name="Requests">Requests that it got.</param>
/// <param name="Failures">Those that it failed.</param>
/// <param name="EverPassed">It was said at some moment that it is no worse.</param>
internal sealed record CanaryEnd(CanaryJudgement Last, double Minutes, long Requests, long Failures, bool EverPassed)
{
    public bool IsAborted => Last.Verdict == CanaryVerdict.Fail;
}

/// <summary>
/// One life of a canary, by a seed: first everybody is on the other pods, then the group is on the canary, which is looked at every ten seconds until it is
/// aborted or its time is over. All pods are a little slower or faster from minute to minute, each by itself.
/// </summary>
internal sealed class CanaryLife
{
    private const double PodUnrest = 0.1;
    private const double TimeSpread = 0.8;
    private static readonly DateTimeOffset Start = new(2026, 11, 28, 8, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan TrendAfter = TimeSpan.FromMinutes(30);

    private readonly CanaryWorld _world;
    private readonly CanaryFault _fault;
    private readonly CanarySettings _settings;
    private readonly Dice _dice;
    private readonly Client[] _clients;
    private readonly SourceLedger _before;
    private CanaryTrial? _trial;
    private DateTimeOffset _now = Start;
    private long _requests;
    private long _failures;

    private CanaryLife(CanaryWorld world, CanaryFault fault, CanarySettings settings, ulong seed)
    {
        (_world, _fault, _settings, _dice) = (world, fault, settings, new Dice(seed));
        _clients = [.. Enumerable.Range(0, world.Group + world.Others).Select(slot => new Client(slot, slot < world.Group, world, _dice))];
        _before = new SourceLedger(Start, settings.Before);
    }

    public static CanaryEnd Live(CanaryWorld world, CanaryFault fault, CanarySettings settings, ulong seed, TimeSpan most) =>
        new CanaryLife(world, fault, settings, seed).Live(most);

    private CanaryEnd Live(TimeSpan most)
    {
        for (; _now < Start + _settings.Before; _now += Minute) Ask(1, 1);
        _trial = new CanaryTrial(_before, _now, _settings);
        var (judgement, passed, begun) = (CanaryJudgement.None, false, _now);
        while (_now < begun + most && judgement.Verdict != CanaryVerdict.Fail)
        {
            if (_now - begun < TrendAfter) Ask(1, 1);
            else Ask(_world.Trend, _world.TrendSlow);
            for (var look = 0; look < 6 && judgement.Verdict != CanaryVerdict.Fail; look++)
            {
                _now += Minute / 6;
                judgement = CanaryJudge.Look(judgement, _trial, _now, _settings);
                passed |= judgement.Verdict == CanaryVerdict.Pass;
            }
        }

        return new CanaryEnd(judgement, (_now - begun).TotalMinutes, _requests, _failures, passed);
    }

    /// <summary>What everybody asks in a minute.</summary>
    private void Ask(double errors, double slow)
    {
        double[] pods = [_dice.LogNormal(slow, PodUnrest), _dice.LogNormal(slow, PodUnrest), _dice.LogNormal(slow, PodUnrest)];
        foreach (var client in _clients)
        {
            client.Live(_world, _dice);
            var onCanary = client.InGroup && _trial is not null;
            var pod = pods[onCanary ? 0 : 1 + (client.Slot & 1)];
            var share = client.ErrorShare * errors;
            if (onCanary) share = (share * _fault.OfEach) + (_world.GroupErrorShare * errors * _fault.OfAll) + (_fault.Percent / 100);
            var median = client.Median * pod * (onCanary ? _fault.Slow : 1);
            for (var left = _dice.Poisson(client.Rate); left > 0; left--)
                End(client.Slot, onCanary, _dice.Unit() < share, TimeSpan.FromMilliseconds(_dice.LogNormal(median, TimeSpread)));
        }
    }

    private void End(int slot, bool onCanary, bool failed, TimeSpan time)
    {
        var outcome = failed ? SlotOutcome.ServerError : SlotOutcome.Fine;
        if (_trial is null) _before.Record(slot, outcome, _now, time);
        else _trial.Record(onCanary, slot, outcome, _now, time);
        if (!onCanary) return;
        _requests++;
        if (failed) _failures++;
    }

    /// <summary>Somebody, and what he is up to in this minute.</summary>
    private sealed class Client(int slot, bool inGroup, CanaryWorld world, Dice dice)
    {
        // The mean of such numbers, not their median, is to be what the world says.
        private readonly double _rate = dice.LogNormal(world.PerMinute * Math.Exp(-world.RateSpread * world.RateSpread / 2), world.RateSpread);
        private readonly double _median = dice.LogNormal(40, 0.7) * (inGroup ? world.GroupSlow : 1);
        private readonly double _errorShare =
            Math.Min(0.5, world.ErrorShare * (world.ErrorShape > 0 ? dice.Gamma(world.ErrorShape) : 1) * (inGroup ? world.GroupErrors : 1));

        private int _burst;
        private int _trouble;

        public int Slot => slot;

        public bool InGroup => inGroup;

        public double Rate => _burst > 0 ? 8 * _rate : _rate;

        public double Median => _burst > 0 ? 1.5 * _median : _median;

        public double ErrorShare => _trouble > 0 ? 0.33 : _errorShare;

        public void Live(CanaryWorld world, Dice dice)
        {
            _burst = Next(_burst, world.Bursts, 3);
            _trouble = Next(_trouble, world.OwnTroubles, 15);

            int Next(int left, double chance, int minutes) => left > 0 ? left - 1 : chance > 0 && dice.Unit() < chance ? minutes : 0;
        }
    }
}
