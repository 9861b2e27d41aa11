namespace PodGate.Control.Alerts;

/// <summary>
/// The newest entry of the audit trail. Every alert and every heartbeat carries it away,
/// since what is kept elsewhere proves a trail that was cut, or made anew.
/// </summary>
/// <param name="Number">The entry's number; 0: there is none yet.</param>
/// <param name="Hash">Its hash, 64 hexadecimal digits.</param>
public sealed record AuditHead(long Number, string Hash)
{
    /// <summary>The header in which a heartbeat carries it: number and hash, with a space between.</summary>
    public const string Header = "PodGate-Audit";
}
