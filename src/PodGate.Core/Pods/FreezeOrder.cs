namespace PodGate.Core.Pods;

/// <summary>While it lasts everything is judged and reported, and automation suspends and latches nothing. Durable; ends by itself.</summary>
/// <param name="Who">The person who froze automation.</param>
/// <param name="Why">The reason they gave.</param>
/// <param name="Since">When it began.</param>
/// <param name="Until">When it ends by itself.</param>
public sealed record FreezeOrder(string Who, string Why, DateTimeOffset Since, DateTimeOffset Until);
