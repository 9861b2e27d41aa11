using System.CommandLine;
using System.Globalization;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>What only one or two of <c>drain</c>, <c>disable</c> and <c>enable</c> take; an option that is null, the command does not have.</summary>
internal sealed record Particulars
{
    /// <summary>How long what runs may go on.</summary>
    public Option<TimeSpan?>? Deadline { get; init; }

    /// <summary>A soft drain: which slots stay.</summary>
    public Option<TimeSpan?>? KeepActive { get; init; }

    /// <summary>How long the pod ramps.</summary>
    public Option<TimeSpan?>? Ramp { get; init; }

    /// <summary>How much of its slots the pod gets at most.</summary>
    public Option<int?>? Hold { get; init; }

    /// <summary>All latched pods that look well, instead of one that is named.</summary>
    public Option<bool>? AllWell { get; init; }

    /// <summary>By when the pod is to be back.</summary>
    public Option<string?>? Until { get; init; }

    /// <summary>Whose it is meanwhile.</summary>
    public Option<string?>? Owner { get; init; }

    /// <summary>Wait until the pod is empty.</summary>
    public Option<bool>? Wait { get; init; }

    /// <summary>What every command has that takes a pod out.</summary>
    public static Particulars OfLeaving() => new() { Until = Parsing.Until(), Owner = Parsing.Owner() };

    /// <summary>Gives the command its options.</summary>
    /// <param name="command">The command.</param>
    public void AddTo(Command command)
    {
        foreach (var option in new Option?[] { Deadline, KeepActive, Ramp, Hold, AllWell, Until, Owner, Wait }.OfType<Option>()) command.Options.Add(option);
    }

    /// <summary>Puts what was typed into the command.</summary>
    /// <param name="asked">The command with what all of them have.</param>
    /// <param name="parse">What was typed.</param>
    public CommandJson Fill(CommandJson asked, ParseResult parse) => asked with
    {
        Deadline = Value(Deadline, parse), KeepActive = Value(KeepActive, parse), Ramp = Value(Ramp, parse),
        Hold = Value(Hold, parse), Until = Value(Until, parse), Owner = Value(Owner, parse),
    };

    /// <summary>What of it changes who would move, as a preview's address has it; empty: nothing.</summary>
    /// <param name="parse">What was typed.</param>
    public string QueryIn(ParseResult parse)
    {
        var kept = Value(KeepActive, parse) is { } time ? "&keepActive=" + time.ToString("c", CultureInfo.InvariantCulture) : "";
        return Value(Hold, parse) is { } percent ? string.Create(CultureInfo.InvariantCulture, $"{kept}&hold={percent}") : kept;
    }

    /// <summary>Whether the end is waited for.</summary>
    /// <param name="parse">What was typed.</param>
    public bool WaitsIn(ParseResult parse) => Wait is not null && parse.GetValue(Wait);

    /// <summary>Whether all that are well are meant.</summary>
    /// <param name="parse">What was typed.</param>
    public bool MeansAllWell(ParseResult parse) => AllWell is not null && parse.GetValue(AllWell);

    private static T? Value<T>(Option<T?>? option, ParseResult parse) => option is null ? default : parse.GetValue(option);
}
