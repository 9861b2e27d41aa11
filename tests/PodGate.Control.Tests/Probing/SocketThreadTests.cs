using PodGate.Control.Probing;

namespace PodGate.Control.Tests.Probing;

/// <summary>Threads that hear from sockets, as they are in this process: there its sockets hop to the pool.</summary>
public sealed class SocketThreadTests
{
    [Fact]
    public async Task Found_DoesWhatItIsHanded_OverAndOver()
    {
        var threads = await SocketThread.FindAsync(1);
        using var thread = threads.Should().ContainSingle().Subject;
        for (var i = 0; i < 100; i++)
        {
            var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
            thread.Hand(() => done.SetResult(Environment.CurrentManagedThreadId));
            (await done.Task.WaitAsync(TimeSpan.FromSeconds(10))).Should().NotBe(0);
        }
    }

    [Fact]
    public async Task Gone_DoesItHere_SoThatNobodyWaitsForEver()
    {
        var thread = (await SocketThread.FindAsync(1))[0];
        thread.Dispose();
        var done = new TaskCompletionSource();
        thread.Hand(done.SetResult);
        await done.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }
}
