namespace PodGate.Control.Alerts;

/// <summary>The newest entry of the audit trail. Every alert carries it away, since what is kept elsewhere proves a trail that was cut, or made anew.</summary>
/// <param name="Number">The entry's number; 0: there is none yet.</param>
/// <param name="Hash">Its hash, 64 hexadecimal digits.</param>
public sealed record AuditHead(long Number, string Hash);
