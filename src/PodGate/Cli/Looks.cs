using Spectre.Console;

namespace PodGate.Cli;

/// <summary>How words look on a terminal. A colour never says anything that the word does not.</summary>
internal static class Looks
{
    /// <summary>As it should be.</summary>
    public static readonly Style Good = new(Color.Green);

    /// <summary>Worth a look.</summary>
    public static readonly Style Warning = new(Color.Yellow);

    /// <summary>Somebody has to do something.</summary>
    public static readonly Style Bad = new(Color.Red, decoration: Decoration.Bold);

    /// <summary>What stands above a block of lines.</summary>
    public static readonly Style Heading = new(decoration: Decoration.Bold);

    /// <summary>The colour of a state; null for a word that this command line does not know.</summary>
    /// <param name="state">The word of the state table.</param>
    public static Style? OfState(string state) => state switch
    {
        "Open" => Good,
        "Latched" or "Held" or "Observed" => Bad,
        "Draining" or "Drained" or "Suspended" or "Ramping" or "Waiting" => Warning,
        _ => null,
    };

    /// <summary>The colour of a health level; null for a word that this command line does not know.</summary>
    /// <param name="health">The measured level.</param>
    public static Style? OfHealth(string health) => health switch
    {
        "Healthy" => Good,
        "Unhealthy" => Bad,
        "Degraded" or "Leaving" or "Suspect" => Warning,
        _ => null,
    };

    /// <summary>A share of all slots, in percent.</summary>
    /// <param name="share">0 to 1.</param>
    public static string Share(double share) => PlainText.Invariant($"{share * 100:0.0} %");
}
