namespace PodGate.Hosting;

/// <summary>A listener that cannot be opened. The message names it and says what would be right.</summary>
/// <param name="message">Which listener, what is wrong, and what would be right.</param>
/// <param name="inner">What was found underneath.</param>
internal sealed class ListenException(string message, Exception? inner = null) : Exception(message, inner);
