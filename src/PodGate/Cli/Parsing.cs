using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PodGate.Operator;

namespace PodGate.Cli;

/// <summary>Arguments and options that several commands take, each with its check: what cannot be right never leaves this machine.</summary>
internal static class Parsing
{
    private const int LongestName = 64;
    private const int LongestReason = 500;
    private const int LongestOwner = 100;

    /// <summary>The name of a pod.</summary>
    public static Argument<string> Pod() => Named("POD", "The pod's name.");

    /// <summary>The name of a pod, which may be left out.</summary>
    /// <param name="description">What it is for.</param>
    public static Argument<string?> OptionalPod(string description)
    {
        var pod = new Argument<string?>("POD") { Description = description, Arity = ArgumentArity.ZeroOrOne };
        pod.Validators.Add(result => CheckName(result, "POD"));
        return pod;
    }

    /// <summary>Names of pods; none stands for all.</summary>
    /// <param name="description">What they are for.</param>
    public static Argument<string[]> Pods(string description)
    {
        var pods = new Argument<string[]>("POD") { Description = description, Arity = ArgumentArity.ZeroOrMore };
        pods.Validators.Add(result => CheckName(result, "POD"));
        return pods;
    }

    /// <summary>A name that becomes part of a path.</summary>
    /// <param name="name">What it is called in the usage.</param>
    /// <param name="description">What it is for.</param>
    public static Argument<string> Named(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result => CheckName(result, name));
        return argument;
    }

    /// <summary>Why a person does what he does.</summary>
    public static Option<string> Reason()
    {
        var reason = new Option<string>("--reason")
        {
            Description = "Why; it is kept in the journal and shown with the pod.",
            HelpName = "REASON",
            Required = true,
        };
        reason.Validators.Add(result =>
        {
            if (!IsReason(result.Tokens.Count == 1 ? result.Tokens[0].Value : "")) result.AddError($"--reason wants {ReasonForms}.");
        });
        return reason;
    }

    /// <summary>What a reason or a note may be, in words.</summary>
    public static string ReasonForms { get; } = PlainText.Invariant($"1 to {LongestReason} characters in one line");

    /// <summary>Whether a text can be a reason or a note.</summary>
    /// <param name="text">The text.</param>
    public static bool IsReason(string text) => !string.IsNullOrWhiteSpace(text) && text.Length <= LongestReason && !text.Any(char.IsControl);

    /// <summary>A share in percent, with or without the sign.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    public static Option<int?> Percent(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "PERCENT",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            var digits = text.EndsWith('%') ? text[..^1] : text;
            if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var percent) && percent is >= 1 and <= 99) return percent;
            result.AddError($"{name} wants a whole number of percent, 1% to 99%.");
            return null;
        },
    };

    /// <summary>Although a check objects.</summary>
    /// <param name="description">Which check.</param>
    public static Option<bool> Force(string description) => new("--force") { Description = description };

    /// <summary>The version of the pod that the person saw.</summary>
    public static Option<long?> Version() =>
        Number(
            "--version",
            "Refuse if the pod's version is no longer this one. Default: the version that is shown before the command is sent.",
            0,
            long.MaxValue);

    /// <summary>A duration.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="atLeast">The shortest that makes sense.</param>
    public static Option<TimeSpan?> Duration(string name, string description, TimeSpan atLeast = default) => new(name)
    {
        Description = description,
        HelpName = "DURATION",
        CustomParser = result =>
        {
            if (result.Tokens.Count == 1 && Durations.TryRead(result.Tokens[0].Value, out var duration) && duration >= atLeast) return duration;
            result.AddError($"{name} wants {Durations.Forms}{(atLeast > TimeSpan.Zero ? $", at least {PlainText.Span(atLeast)}" : "")}.");
            return null;
        },
    };

    /// <summary>A moment that says its zone; the gate knows the zones.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="required">Whether it must be there.</param>
    public static Option<string> Moment(string name, string description, bool required = true)
    {
        var moment = new Option<string>(name) { Description = description, HelpName = "MOMENT", Required = required };
        moment.Validators.Add(result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (MomentText.Check(name, text) is { } wrong) result.AddError(wrong + ".");
        });
        return moment;
    }

    /// <summary>By when a pod is to be back; a duration becomes the API's form of it.</summary>
    public static Option<string?> Until() => new("--until")
    {
        Description = "By when the pod is to be back: a reminder, nothing happens by itself. A duration from now, such as 4h, or a moment with its zone.",
        HelpName = "MOMENT|DURATION",
        CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (Durations.TryRead(text, out var duration) && duration > TimeSpan.Zero) return duration.ToString("c", CultureInfo.InvariantCulture);
            if (MomentText.Check("--until", text) is not { } wrong) return text;
            result.AddError($"{wrong}; or {Durations.Forms}.");
            return null;
        },
    };

    /// <summary>Whose a drain is.</summary>
    public static Option<string?> Owner()
    {
        var owner = new Option<string?>("--owner") { Description = "Whose it is, when not yours; shown with the pod.", HelpName = "NAME" };
        owner.Validators.Add(result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (string.IsNullOrWhiteSpace(text) || text.Length > LongestOwner || text.Any(char.IsControl))
                result.AddError($"--owner wants 1 to {LongestOwner} characters in one line.");
        });
        return owner;
    }

    /// <summary>A whole number within limits.</summary>
    /// <param name="name">The option's name.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="least">The smallest that makes sense.</param>
    /// <param name="most">The largest.</param>
    public static Option<long?> Number(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result =>
        {
            if (result.Tokens.Count == 1
                && long.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= least && number <= most)
            {
                return number;
            }

            result.AddError(most == long.MaxValue ? $"{name} wants a whole number from {least}." : $"{name} wants a whole number from {least} to {most}.");
            return null;
        },
    };

    // "." and ".." would be taken out of the path, however they are escaped, and another route would be asked. What begins with
    // '-' is an option that does not exist.
    private static void CheckName(ArgumentResult result, string name)
    {
        foreach (var text in result.Tokens.Select(token => token.Value).Where(text => !IsName(text)))
        {
            result.AddError(
                $"'{PlainText.Of(text)}' is neither an option nor a {name}: "
                + $"a name has 1 to {LongestName} characters, no blanks or slashes, and does not begin with '-'.");
        }
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= LongestName && text is not ("." or "..") && text[0] != '-'
        && !text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '/' or '\\');
}
