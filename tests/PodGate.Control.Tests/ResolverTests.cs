using System.Net;
using System.Net.Sockets;

namespace PodGate.Control.Tests;

/// <summary>Names are looked up without the thread pool, however long it takes.</summary>
public sealed class ResolverTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task LookUps_ThatBlock_TakeNoThreadOfThePool_AndFewOfTheirOwn()
    {
        using var answers = new ManualResetEventSlim();
        int asking = 0, most = 0, ofThePool = 0;
        using var resolver = new Resolver(_ =>
        {
            var now = Interlocked.Increment(ref asking);
            while (Volatile.Read(ref most) is var known && known < now) Interlocked.CompareExchange(ref most, now, known);
            if (Thread.CurrentThread.IsThreadPoolThread) Interlocked.Increment(ref ofThePool);
            answers.Wait(Patience);
            Interlocked.Decrement(ref asking);
            return [IPAddress.Loopback];
        });
        var lookUps = Enumerable.Range(0, 50).Select(i => resolver.LookUpAsync($"pod-{i}.test", CancellationToken.None)).ToArray();

        using var waiting = new CancellationTokenSource();
        var last = resolver.LookUpAsync("late.test", waiting.Token);
        await waiting.CancelAsync();
        await FluentActions.Awaiting(() => last).Should().ThrowAsync<OperationCanceledException>("who waits may give up");

        answers.Set();
        (await Task.WhenAll(lookUps).WaitAsync(Patience)).Should().OnlyContain(found => found.Single().Equals(IPAddress.Loopback));
        ofThePool.Should().Be(0);
        most.Should().BeLessThanOrEqualTo(Resolver.MostThreads);
    }

    [Fact]
    public async Task WhoGivesUpOnALookUpThatHasBegun_LeavesItsPlaceOnlyWhenItEnds()
    {
        using var answers = new ManualResetEventSlim();
        using var resolver = new Resolver(_ => answers.Wait(Patience) ? [IPAddress.Loopback] : []);
        using var impatient = new CancellationTokenSource();
        var given = Enumerable.Range(0, Resolver.MostThreads).Select(_ => resolver.LookUpAsync("slow.test", impatient.Token)).ToArray();
        var next = resolver.LookUpAsync("next.test", CancellationToken.None);
        await impatient.CancelAsync();
        foreach (var one in given) await FluentActions.Awaiting(() => one).Should().ThrowAsync<OperationCanceledException>();
        next.IsCompleted.Should().BeFalse("the threads are still busy");
        answers.Set();
        (await next.WaitAsync(Patience)).Should().ContainSingle();
    }

    [Fact]
    public async Task WhatGoesWrong_IsTold_AndTheNextLookUpIsNotHeldUp()
    {
        using var resolver = new Resolver(host => host == "good.test" ? [IPAddress.Loopback] : throw new SocketException((int)SocketError.HostNotFound));
        for (var i = 0; i < 2 * Resolver.MostThreads; i++)
            await FluentActions.Awaiting(() => resolver.LookUpAsync("bad.test", CancellationToken.None)).Should().ThrowAsync<SocketException>();
        (await resolver.LookUpAsync("good.test", CancellationToken.None)).Should().ContainSingle();
    }
}
