namespace Drains;

/// <summary>Small things that all clients need.</summary>
internal static class Waits
{
    /// <summary>Waits so long, or until the end.</summary>
    public static async Task ForAsync(TimeSpan pause, CancellationToken stop) =>
        await Task.Delay(pause, stop).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>A failure with what is behind it.</summary>
    public static string Words(Exception failure) => failure.InnerException is { } inner ? $"{failure.Message} {Words(inner)}" : failure.Message;
}
