using System.Text.RegularExpressions;
using PodGate.Tidy.Scanning;

namespace PodGate.Tidy.Rules;

/// <summary>Calls that hide time, chance, threads or the terminal. Each message names the replacement.</summary>
internal static partial class BannedCalls
{
    private const string BlockingExemption = "Blocks on purpose";
    private const string AwaitInstead = $"await it; a thread that may block says '// {BlockingExemption}: why' on that line or the one above.";

    private static readonly Ban[] Everywhere =
    [
        new(@"\bDateTime(?:Offset)?\s*\.\s*(?:UtcNow|Now|Today)\b", "take a TimeProvider and call GetUtcNow()."),
        new(@"\bStopwatch\b", "take a TimeProvider and use GetTimestamp() and GetElapsedTime()."),
        new(@"\bEnvironment\s*\.\s*TickCount(?:64)?\b", "take a TimeProvider and use GetTimestamp()."),
        new(@"\bRandom\s*\.\s*Shared\b", "take a seeded Random or a function that yields numbers."),
        new(@"\bnew\s+(?:System\s*\.\s*)?Random\s*\(\s*\)|\bRandom\??\s+\w+\s*=\s*new\s*\(\s*\)", "give Random a seed that was passed in."),
        new(@"\bThread\s*\.\s*Sleep\b", "await Task.Delay with the TimeProvider."),
        new(@"\basync\s+void\b", "return Task, so that its exception is somebody's."),
    ];

    private static readonly Ban[] Blocking =
    [
        new(@"\b\w*[tT]ask\s*\.\s*(?:Result\b|Wait\s*\()", AwaitInstead),
        new(@"Async\s*\((?>[^()]|(?<open>\()|(?<-open>\)))*(?(open)(?!))\)\s*\.\s*(?:Result\b|Wait\s*\()", AwaitInstead),
        new(@"\bTask\s*\.\s*Wait(?:All|Any)\b", AwaitInstead),
        new(@"\.\s*GetAwaiter\s*\(\s*\)\s*\.\s*GetResult\b", AwaitInstead),
    ];

    private static readonly Ban Terminal =
        new(@"\bConsole\s*\.\s*(?:Write\w*|Out|Error)\b", "log it by [LoggerMessage]; only src/PodGate/Cli and Program.cs speak to the terminal.");

    public static IEnumerable<Finding> Check(SourceFile file)
    {
        var speaks = file.IsUnder("src/PodGate/Cli/") || file.Path == "src/PodGate/Program.cs";
        return Everywhere.SelectMany(ban => ban.Check(file))
            .Concat(Blocking.SelectMany(ban => ban.Check(file)).Where(finding => !IsExempt(file, finding.Line)))
            .Concat(speaks ? [] : Terminal.Check(file))
            .Concat(CheckDelays(file));
    }

    private static bool IsExempt(SourceFile file, int line)
    {
        var comments = file.Comments.Split('\n');
        return comments[line - 1].Contains(BlockingExemption, StringComparison.Ordinal)
            || (line > 1 && comments[line - 2].Contains(BlockingExemption, StringComparison.Ordinal));
    }

    private static IEnumerable<Finding> CheckDelays(SourceFile file)
    {
        foreach (Match match in Delay().Matches(file.Code))
        {
            var open = match.Index + match.Length - 1;
            var arguments = file.Code[(open + 1)..Math.Max(open + 1, file.Closing(open))];
            if (!HasClock().IsMatch(arguments))
            {
                yield return file.Finding(match.Index, "'Task.Delay' without a clock: pass the TimeProvider as second argument.");
            }
        }
    }

    [GeneratedRegex(@"\bTask\s*\.\s*Delay\s*\(")]
    private static partial Regex Delay();

    // An argument after the first that is called time or clock: time, _time, timeProvider, context.Clock, TimeProvider.System.
    [GeneratedRegex(@",\s*(?:[\w.]*\.)?_?(?:\w*[tT]ime|\w*[cC]lock|\w*TimeProvider|timeProvider|TimeProvider\.System)\s*(?:,|$)")]
    private static partial Regex HasClock();
}
