namespace PodGate.Control.Takeover;

/// <summary>A take-over that did not come about. The message is for people, and says what was seen.</summary>
/// <param name="message">What was seen.</param>
/// <param name="inner">What was found underneath.</param>
public sealed class TakeoverException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The other process is not there any more: it ended, or closed its end.</summary>
    public bool OtherIsGone { get; init; }
}
