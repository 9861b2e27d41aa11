using System.Collections.Immutable;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Takeover;
using PodGate.Control.Tests.Journal;
using PodGate.Core.Pods;
using PodGate.TestKit;

namespace PodGate.Control.Tests.Takeover;

/// <summary>A take-over in which everything that can go wrong does, at each step: either the new process is the gate, or the old one is as before.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class HandOverTests
{
    private const string State = "/state";
    private static readonly JournalPosition Given = new(41, "abc", 7);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // Short where silence is the fault that is tried, so that the test need not wait for it.
    private static readonly TakeoverPatience Short = new()
    {
        Start = TimeSpan.FromMilliseconds(300), HandOver = TimeSpan.FromSeconds(5), Take = TimeSpan.FromMilliseconds(300), Word = TimeSpan.FromSeconds(5),
    };

    [Fact]
    public async Task HandOver_WhenAllGoesWell_IsToldInOrder_AndNothingIsTakenBack()
    {
        using var lines = await LinePair.MakeAsync();
        var steps = new Steps();
        var old = HandOver.RunAsync(lines.Old, 4711, State, steps.Make(), new TakeoverPatience(), CancellationToken.None);
        var young = new TakeOver(lines.Young, new TakeoverPatience());
        var handed = await young.AskAsync(Ready(), CancellationToken.None).WaitAsync(Patience);
        handed.Journal.Should().Be(Given);
        handed.Fleet.Pods.Single().Suspension!.Cause.Should().Be(Cause.Refused);
        handed.Loads.Should().Equal(new Dictionary<string, long> { ["pod-a"] = 3 });
        TakeOver.Check(handed, new JournalPosition(41, "abc", 8));
        await young.TakenAsync(8, () => true, NullLogger.Instance, CancellationToken.None).WaitAsync(Patience);
        (await old.WaitAsync(Patience)).Pid.Should().Be(4711);
        steps.Done.Should().Equal("hold", "give up");
    }

    [Theory]
    [InlineData("is gone at once", "ended", "end other")]
    [InlineData("says nothing", "said nothing within 0.3 s", "end other")]
    [InlineData("speaks garbage", "speaks another language", "end other")]
    [InlineData("speaks no JSON", "cannot be understood", "end other")]
    [InlineData("says something else", "said Taken when ReadyToTake was due", "end other")]
    [InlineData("speaks another version", "version 2 of the take-over protocol", "end other")]
    [InlineData("has another state directory", "another state directory", "end other")]
    [InlineData("is a child of the one that was started", "4711 was started, and its child 4712", "end other")]
    [InlineData("declines", "Listen: no such address", "end other")]
    [InlineData("is ready, and gone", "ended", "hold, give up, go on, end other, take back")]
    [InlineData("is ready, and declines then", "the journal is damaged", "hold, give up, go on, end other, take back")]
    [InlineData("is ready, and silent then", "said nothing within 0.3 s", "hold, give up, go on, end other, take back")]
    [InlineData("took it in the wrong epoch", "epoch 7", "hold, give up, go on, end other, take back")]
    [InlineData("took it and garbles that", "cannot be understood", "hold, give up, go on, end other, take back")]
    public async Task HandOver_WhenTheNewProcessFails_EverythingIsAsBefore(string fault, string says, string done)
    {
        using var lines = await LinePair.MakeAsync();
        var steps = new Steps();
        var old = HandOver.RunAsync(lines.Old, 4711, State, steps.Make(), Short, CancellationToken.None);
        await FailAsync(lines, fault);
        var failed = await old.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>();
        failed.Which.Message.Should().Contain(says);
        string.Join(", ", steps.Done).Should().Be(done);
    }

    [Fact]
    public async Task HandOver_WhenItsOwnStepFails_EndsTheOther_AndGoesOn()
    {
        foreach (var step in new[] { "hold", "give up" })
        {
            using var lines = await LinePair.MakeAsync();
            var steps = new Steps { Fails = step };
            var old = HandOver.RunAsync(lines.Old, 4711, State, steps.Make(), new TakeoverPatience(), CancellationToken.None);
            await lines.Young.SayAsync(Ready(), Patience, CancellationToken.None);
            (await old.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>()).Which.Message.Should().Be("no");
            steps.Done.Should().EndWith(["go on", "end other", "take back"]).And.HaveCount(step == "hold" ? 4 : 5);
        }
    }

    [Fact]
    public async Task HandOver_WhenTheDiskHangs_DecidesAgainSoon()
    {
        using var lines = await LinePair.MakeAsync();
        var steps = new Steps { HangsAtGiveUp = true };
        var old = HandOver.RunAsync(lines.Old, 4711, State, steps.Make(), Short with { HandOver = TimeSpan.FromMilliseconds(300) }, CancellationToken.None);
        await lines.Young.SayAsync(Ready(), Patience, CancellationToken.None);
        (await old.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>()).Which.Message.Should().Contain("the disk does not answer");
        steps.Done.Should().Equal("hold", "give up", "go on", "end other", "take back");
    }

    [Fact]
    public async Task HandOver_WhenTheOtherCannotBeEnded_DecidesAgainAllTheSame()
    {
        using var lines = await LinePair.MakeAsync();
        var steps = new Steps { EndsNever = true, Fails = "give up" };
        var old = HandOver.RunAsync(lines.Old, 4711, State, steps.Make(), new TakeoverPatience(), CancellationToken.None);
        await lines.Young.SayAsync(Ready(), Patience, CancellationToken.None);
        await Soon.BeTrueAsync(() => steps.Done.Contains("take back"), "it goes on");
        old.IsCompleted.Should().BeFalse("the other one is there still");
    }

    [Fact]
    public async Task HandOver_ThatIsGivenUp_EndsTheOther()
    {
        using var lines = await LinePair.MakeAsync();
        using var stop = new CancellationTokenSource();
        var steps = new Steps();
        var old = HandOver.RunAsync(lines.Old, 4711, State, steps.Make(), new TakeoverPatience(), stop.Token);
        await stop.CancelAsync();
        await old.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<OperationCanceledException>();
        steps.Done.Should().Equal("end other");
    }

    [Fact]
    public async Task TakeOver_WhenTheOldProcessFallsAtTheLastWord_GoesOn()
    {
        var lines = await LinePair.MakeAsync();
        var taken = new TakeOver(lines.Young, new TakeoverPatience()).TakenAsync(8, () => true, NullLogger.Instance, CancellationToken.None);
        await lines.Old.HearAsync<Taken>(Patience, CancellationToken.None);
        lines.Dispose();
        await taken.WaitAsync(Patience);
    }

    [Fact]
    public async Task TakeOver_WhenTheOldProcessClosesTheLineAndLives_DoesNot()
    {
        var lines = await LinePair.MakeAsync();
        var young = new TakeOver(lines.Young, new TakeoverPatience { Word = TimeSpan.FromMilliseconds(300) });
        var taken = young.TakenAsync(8, () => false, NullLogger.Instance, CancellationToken.None);
        await lines.Old.HearAsync<Taken>(Patience, CancellationToken.None);
        lines.Dispose();
        await taken.Awaiting(task => task.WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>();
    }

    [Fact]
    public async Task TakeOver_WhenTheOldProcessIsThereAndSaysNothing_DoesNot()
    {
        using var lines = await LinePair.MakeAsync();
        var impatient = new TakeoverPatience { Word = TimeSpan.FromMilliseconds(200) };
        var young = new TakeOver(lines.Young, impatient);
        await young.Awaiting(y => y.TakenAsync(8, () => true, NullLogger.Instance, CancellationToken.None).WaitAsync(Patience)).Should().ThrowAsync<TakeoverException>();
    }

    [Theory]
    [InlineData(40, "abc", 8, "at sequence 41 and is at 40")]
    [InlineData(42, "abc", 8, "at sequence 41 and is at 42")]
    [InlineData(41, "abd", 8, "written anew")]
    [InlineData(41, "abc", 9, "somebody else has opened it")]
    [InlineData(41, "abc", 0, "not written")]
    public void TakeOver_OfAnotherJournal_IsRefused(long sequence, string hash, long epoch, string says)
    {
        var check = () => TakeOver.Check(Handed(), new JournalPosition(sequence, hash, epoch));
        check.Should().Throw<TakeoverException>().Which.Message.Should().Contain(says);
    }

    private static async Task FailAsync(LinePair lines, string fault)
    {
        Task SayAsync(TakeoverMessage message) => lines.Young.SayAsync(message, Patience, CancellationToken.None);
        async Task ReadyAndHearAsync()
        {
            await SayAsync(Ready());
            await lines.Young.HearAsync<HandedOver>(Patience, CancellationToken.None);
        }

        switch (fault)
        {
            case "is gone at once":
                lines.Young.Dispose();
                break;
            case "says nothing":
                break;
            case "speaks garbage":
                await lines.YoungSocket.SendAsync(Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n\r\n"));
                break;
            case "speaks no JSON":
                await lines.YoungSocket.SendAsync(new byte[] { 0, 0, 0, 2, (byte)'x', (byte)'y' });
                break;
            case "says something else":
                await SayAsync(new Taken(8));
                break;
            case "speaks another version":
                await SayAsync(Ready() with { Speaks = 2 });
                break;
            case "has another state directory":
                await SayAsync(Ready() with { StateDirectory = "/elsewhere" });
                break;
            case "is a child of the one that was started":
                await SayAsync(Ready() with { Pid = 4712 });
                break;
            case "declines":
                await SayAsync(new Declined("Listen: no such address"));
                break;
            case "is ready, and gone":
                await ReadyAndHearAsync();
                lines.Young.Dispose();
                break;
            case "is ready, and declines then":
                await ReadyAndHearAsync();
                await SayAsync(new Declined("the journal is damaged"));
                break;
            case "is ready, and silent then":
                await ReadyAndHearAsync();
                break;
            case "took it in the wrong epoch":
                await ReadyAndHearAsync();
                await SayAsync(new Taken(7));
                break;
            case "took it and garbles that":
                await ReadyAndHearAsync();
                await lines.YoungSocket.SendAsync(new byte[] { 0, 0, 0, 3, (byte)'{', (byte)'"', (byte)'x' });
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(fault), fault, "not a fault of this test");
        }
    }

    private static ReadyToTake Ready() => new(TakeoverMessage.Protocol, "1.2.3", 4711, State);

    private static HandedOver Handed()
    {
        var now = new DateTimeOffset(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);
        var pod = new InheritedPod
        {
            Name = "pod-a", Version = 3, State = PodState.Suspended, Suspension = new Suspension(Cause.Refused, now, now.AddSeconds(30), 1),
            Endpoints = [new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 80)],
        };
        return new HandedOver(Given, new GateMoment(now, 12345), new InheritedFleet(99, [pod]), ImmutableDictionary<string, long>.Empty.Add("pod-a", 3));
    }

    /// <summary>The old process's steps, which only note that they were taken.</summary>
    private sealed class Steps
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Done { get; } = new();

        public string? Fails { get; init; }

        public bool HangsAtGiveUp { get; init; }

        public bool EndsNever { get; init; }

        public HandOverSteps Make() => new()
        {
            Hold = _ => NoteAsync("hold"),
            GiveUp = async () =>
            {
                await NoteAsync("give up");
                if (HangsAtGiveUp) await new TaskCompletionSource().Task;
                return Handed();
            },
            GoOn = () => Done.Enqueue("go on"),
            EndOther = () => EndsNever ? NoteAsync("end other").ContinueWith(_ => new TaskCompletionSource().Task, TaskScheduler.Default).Unwrap() : NoteAsync("end other"),
            TakeBack = _ => NoteAsync("take back"),
        };

        private Task NoteAsync(string step)
        {
            Done.Enqueue(step);
            return step == Fails ? Task.FromException(new TakeoverException("no")) : Task.CompletedTask;
        }
    }
}
