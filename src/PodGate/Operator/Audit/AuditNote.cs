using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Audit;

/// <summary>
/// What those who handle a request leave for its entry in the audit trail; one for each request. So no body is read twice, and no secret gets there that
/// nobody has put there.
/// </summary>
internal sealed class AuditNote
{
    /// <summary>Who asks, once that is known, also when his role is not enough. <value>Default null.</value></summary>
    public Caller? Caller { get; set; }

    /// <summary>What it is about, where the address does not say it. <value>Default null.</value></summary>
    public string? Target { get; set; }

    /// <summary>Why, as the person said it, or what else tells what was done. <value>Default null.</value></summary>
    public string? Reason { get; set; }

    /// <summary>The number of the event that it led to. <value>Default null.</value></summary>
    public long? Transition { get; set; }

    /// <summary>The type of the problem that it is answered with; null: it is carried out. <value>Default null.</value></summary>
    public string? Refusal { get; set; }

    /// <summary>How it was answered. <value>Default 0: it was not.</value></summary>
    public int Status { get; set; }

    /// <summary>It says again what was said before, and is no act. <value>Default false.</value></summary>
    public bool IsNoAct { get; set; }

    /// <summary>Whoever takes over has to wait for it. <value>Default false.</value></summary>
    public bool IsInside { get; set; }

    /// <summary>That it begins is written already. <value>Default false.</value></summary>
    public bool HasBegun { get; set; }

    /// <summary>The one of a request.</summary>
    /// <param name="context">The request.</param>
    public static AuditNote Of(HttpContext context)
    {
        if (context.Items[typeof(AuditNote)] is AuditNote known) return known;
        var note = new AuditNote();
        context.Items[typeof(AuditNote)] = note;
        return note;
    }
}
