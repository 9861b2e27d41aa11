using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>Core decides: it reads no clock, does no I/O, throws no dice, logs nothing and waits for nothing.</summary>
internal static class CorePurity
{
    private const string Room = "src/PodGate.Core/";

    private static readonly Ban[] Bans =
    [
        new(@"\b(?:async|await)\b", "Core waits for nothing; let Control wait and pass the outcome in."),
        new(@"\b(?:Task|ValueTask|CancellationToken|Timer|PeriodicTimer)\b", "Core waits for nothing; let Control wait and pass the outcome in."),
        new(@"\bILogger(?:Factory)?\b|\bMicrosoft\s*\.\s*Extensions\b", "Core logs nothing; return a Transition with its sentence."),
        new(@"\bTimeProvider\b", "Core reads no clock; take the moment as an argument."),
        new(@"\bSystem\s*\.\s*IO\b|\b(?:File|Directory|FileStream|StreamReader|StreamWriter)\b", "Core does no I/O; take what was read as an argument."),
        new(@"\bSystem\s*\.\s*Net\s*\.\s*Http\b|\b(?:HttpClient|Socket|TcpClient|TcpListener|UdpClient|NetworkStream|Dns)\b",
            "Core does no I/O; it knows addresses only."),
        new(@"\bRandom\b|\bRandomNumberGenerator\b|\bGuid\s*\.\s*(?:NewGuid|CreateVersion7)\b", "Core throws no dice; take the number or id as an argument."),
        new(@"\bConsole\b|\bEnvironment\b(?!\s*\.\s*ProcessorCount\b)|\bProcess\b|\bnew\s+Thread\b", "Core knows no process; take the value as an argument."),
    ];

    public static IEnumerable<Finding> Check(SourceFile file) => file.IsUnder(Room) ? Bans.SelectMany(ban => ban.Check(file)) : [];
}
