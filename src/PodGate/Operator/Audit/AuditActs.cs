using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using PodGate.Control.Alerts;
using PodGate.Core.Health;
using PodGate.Core.Pods;

namespace PodGate.Operator.Audit;

/// <summary>The words of acts: people's are made from the request's route, so that no route can be forgotten, and the gate's own stand here.</summary>
internal static class AuditActs
{
    /// <summary>The trail was found damaged, and goes on in a new file.</summary>
    public const string Broken = "audit.broken";

    /// <summary>A line that a loss of power had left unfinished was kept aside.</summary>
    public const string Mended = "audit.mended";

    /// <summary>A checkpoint: what is older was pruned.</summary>
    public const string Pruned = "audit.pruned";

    /// <summary>This process has taken over from another one.</summary>
    public const string TakenOver = "takeover";

    /// <summary>The status of an act that has begun and whose end this process may not see.</summary>
    public const int Begun = StatusCodes.Status102Processing;

    private const int LongestMethod = 16;

    // Moves to safety, the end of what somebody may, and the word that keeps a roll's lease: to hold these up would make it worse.
    private static readonly HashSet<string> Unwritten = 
    [
        "POST pods.drain", "POST pods.disable", "POST freeze", "PUT roll", "DELETE tokens", "DELETE users", "POST sign-out", "POST account.sign-out",
    ];

    /// <summary>Whether an act is carried out although nothing can be written.</summary>
    /// <param name="act">Its word.</param>
    public static bool MayGoUnwritten(string act) => Unwritten.Contains(act);

    /// <summary>The word of a request, such as <c>POST pods.drain</c>, for API and page alike.</summary>
    /// <param name="context">The request, once it is known where it leads.</param>
    public static string Of(HttpContext context)
    {
        var pattern = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var words = pattern?.Split('/').Where(part => part.Length > 0 && part[0] != '{' && part is not ("api" or "v1"));
        var word = words is null ? "?" : string.Join('.', words);
        return $"{Clean(context.Request.Method, LongestMethod)} {(word.Length > 0 ? word : "/")}";
    }

    /// <summary>What the gate itself says in the trail.</summary>
    /// <param name="act">One of these words.</param>
    /// <param name="at">When.</param>
    /// <param name="reason">Why, in a sentence.</param>
    public static AuditEntry OfGate(string act, DateTimeOffset at, string reason) =>
        new(0, at, act, StatusCodes.Status200OK) { Who = Transition.Automation, Reason = Clean(reason, AdminLimits.LongestReason) };

    /// <summary>Text that somebody sent, fit to be kept: in one line, bounded, and without what looks like a secret.</summary>
    /// <param name="text">The text; null stays null.</param>
    /// <param name="most">The most characters.</param>
    public static string? Clean(string? text, int most = AuditLimits.LongestWord) => text is null ? null : CleanText.Of(text, most);

    /// <summary>Why an entry is not the one after another, in words that go on behind "the line"; null: it is.</summary>
    /// <param name="before">The entry before.</param>
    /// <param name="entry">The entry.</param>
    public static string? Gap(AuditHead before, AuditEntry entry)
    {
        if (entry.Number != before.Number + 1)
            return string.Create(CultureInfo.InvariantCulture, $"has number {entry.Number}, and {before.Number + 1} should come here");
        return entry.Previous == before.Hash ? null
            : string.Create(CultureInfo.InvariantCulture, $"was written after another entry {before.Number} than the one that is there: their hashes differ");
    }
}
