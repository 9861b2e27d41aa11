using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text.RegularExpressions;
using PodGate.Control.Alerts;

namespace PodGate.Control.Configuration.Reading;

/// <summary>One channel of alerts: where they go, in which form, and which ones.</summary>
internal sealed class ChannelKind() : ObjectKind<ChannelSettings>(
    "a channel",
    "write an object, such as { \"Kind\": \"Webhook\", \"Url\": \"https://alerts.example.com/podgate\" }",
    new ChannelSettings(),
    ObjectMember<ChannelSettings>.Of("Kind", Format, c => c.Kind, (c, v) => c with { Kind = v }).Always(),
    ObjectMember<ChannelSettings>.OfTextOrNull("Url", new ReceiverUrlKind { Hidden = true }, c => c.Url, (c, v) => c with { Url = v }),
    ObjectMember<ChannelSettings>.OfTextOrNull("SecretFile", ListenKind.MakePath(orNull: true), c => c.SecretFile, (c, v) => c with { SecretFile = v }),
    ObjectMember<ChannelSettings>.Of("Severity", Severity, c => c.Severity, (c, v) => c with { Severity = v }),
    ObjectMember<ChannelSettings>.Of("Pods", Names, c => c.Pods, (c, v) => c with { Pods = v }),
    ObjectMember<ChannelSettings>.Of("Kinds", Kinds, c => c.Kinds, (c, v) => c with { Kinds = v }),
    ObjectMember<ChannelSettings>.OfValueOrNull(
        "After", DurationKind.Of("00:00:10", "1.00:00:00", orNull: true), c => c.After, (c, v) => c with { After = v }),
    ObjectMember<ChannelSettings>.OfTextOrNull("From", Mailbox, c => c.From, (c, v) => c with { From = v }),
    ObjectMember<ChannelSettings>.Of("To", Mailboxes, c => c.To, (c, v) => c with { To = v }),
    ObjectMember<ChannelSettings>.OfTextOrNull(
        "User", Texts.UpTo("a user's name", "write a name of up to 200 characters, or null", 200), c => c.User, (c, v) => c with { User = v }),
    ObjectMember<ChannelSettings>.Of("StartTls", new FlagKind(), c => c.StartTls, (c, v) => c with { StartTls = v }),
    ObjectMember<ChannelSettings>.Of("Command", Words, c => c.Command, (c, v) => c with { Command = v }))
{
    private const int MostNames = 64;

    private static ChoiceKind<ChannelFormat> Format { get; } = new(
        "a kind of channel", [.. Enum.GetValues<ChannelFormat>().Select(format => (format.ToString(), format))]);

    private static ChoiceKind<AlertSeverity> Severity { get; } = new(
        "a severity", [.. Enum.GetValues<AlertSeverity>().Select(severity => (severity.ToString(), severity))]);

    private static ListKind<string> Names { get; } = new(
        new TextKind("a pod's name", "write the name of a pod, such as \"pod-a\"", text => Texts.IsPlainName(text) ? null : ""),
        "a list of pods", "write a list, such as [\"pod-a\"]", most: MostNames) { IsDistinct = true };

    private static ListKind<string> Kinds { get; } = new(
        new ChoiceKind<string>("a kind of alert", [.. AlertKinds.All.Select(kind => (kind, kind))]),
        "a list of kinds of alerts", "write a list, such as [\"latched\", \"heldBack\"]", most: MostNames) { IsDistinct = true };

    private static TextKind Mailbox { get; } = new(
        "a mail address", "write an address, such as \"podgate@example.com\"",
        text => text.Length <= 254 && !text.Any(char.IsControl) && MailAddress.TryCreate(text, out _) ? null : "");

    private static ListKind<string> Mailboxes { get; } = new(Mailbox, "a list of mail addresses", "write a list, such as [\"oncall@example.com\"]", most: 32)
    {
        IsDistinct = true,
    };

    private static ListKind<string> Words { get; } = new(
        Texts.UpTo("a word", "write a text of 1 to 1000 characters", 1000), "a list of words",
        "write the program's full path and its arguments, such as [\"/usr/local/bin/page\", \"--urgent\"]", most: 32);

    /// <summary>What each form has no use for is a mistake, and what it needs has to be there.</summary>
    protected override bool IsSound(ChannelSettings value, WrittenValue written, string key, Findings findings)
    {
        var isWell = true;
        var kind = $"Kind \"{value.Kind}\"";
        var isMail = value.Kind == ChannelFormat.Email;
        if (isMail && value.Url?.Scheme != ReceiverUrlKind.Mail)
            Need("Url", "needs a Url that begins with smtp://", "add \"Url\": \"smtp://mail.example.com:587\"");
        else if (!isMail && value.Url?.Scheme == ReceiverUrlKind.Mail) Complain("Url", "is for Kind \"Email\"", "write an http or https URL");
        else if (value.Url is null && value.Kind is ChannelFormat.Webhook or ChannelFormat.Alertmanager or ChannelFormat.Slack)
            Need("Url", "needs a Url", "add \"Url\": \"https://alerts.example.com/podgate\"");
        if (value.Kind == ChannelFormat.PagerDuty && value.SecretFile is null)
            Need("SecretFile", "needs the routing key in a SecretFile", "add \"SecretFile\": \"pagerduty.key\"");
        if (isMail && value.From is null) Need("From", "needs a From", "add \"From\": \"podgate@example.com\"");
        if (isMail && value.To.IsEmpty) Need("To", "needs To", "add \"To\": [\"oncall@example.com\"]");
        if (isMail && (value.User is null) != (value.SecretFile is null))
            Complain(value.User is null ? "SecretFile" : "User", "stands alone: a user has a password, in a SecretFile", "write both or none");
        if (value.Kind == ChannelFormat.Command && !(value.Command is [var program, ..] && Path.IsPathFullyQualified(program)))
            Need("Command", "needs a Command with the program's full path", "add \"Command\": [\"/usr/local/bin/page\"]");
        string[] useless = value.Kind switch
        {
            ChannelFormat.Email => ["Command"],
            ChannelFormat.Command => ["Url", "SecretFile", "From", "To", "User", "StartTls"],
            ChannelFormat.Alertmanager or ChannelFormat.Slack => ["SecretFile", "From", "To", "User", "StartTls", "Command"],
            _ => ["From", "To", "User", "StartTls", "Command"],
        };
        foreach (var name in useless.Where(name => written.Find(name) is not null)) Complain(name, $"is of no use with {kind}", "take it out");
        return isWell;

        void Need(string name, string what, string remedy)
        {
            isWell = false;
            findings.Error(findings.PlaceOf($"{key}.{name}", key), key, $"is of {kind} and {what}", remedy);
        }

        void Complain(string name, string what, string remedy)
        {
            isWell = false;
            findings.Error(findings.PlaceOf($"{key}.{name}", key), $"{key}.{name}", what, remedy);
        }
    }
}

/// <summary>Where a channel's receiver is. Such URLs often carry a token, so that messages do not show them.</summary>
internal sealed partial class ReceiverUrlKind : ValueKind<Uri>
{
    /// <summary>The scheme of a mail's way.</summary>
    public const string Mail = "smtp";

    public override string Name => "a receiver's URL";

    protected override string Example => "write an absolute http or https URL, or \"smtp://mail.example.com:587\" for mails";

    public override bool TryRead(WrittenValue written, string key, Findings findings, [NotNullWhen(true)] out Uri? value)
    {
        value = null;
        var wrong = "";
        if (!written.IsText) return Refuse(written, key, findings);
        if (MailPattern().Match(written.Text) is { Success: true } match)
        {
            var isPort = int.Parse(match.Groups["port"].Value, CultureInfo.InvariantCulture) is >= 1 and <= IPEndPoint.MaxPort;
            return (isPort && Uri.TryCreate(written.Text, UriKind.Absolute, out value))
                || Refuse(written, key, findings, "the value (not shown) has no port of 1 to 65535");
        }

        if (WebUrl.TryRead(written.Text, out value, out wrong)) return true;
        return wrong.Length == 0 ? Refuse(written, key, findings) : Refuse(written, key, findings, $"the value (not shown) {wrong}");
    }

    /// <summary>A secret is a part of an object here, so that it is not compared by what is shown.</summary>
    public override string Show(Uri value) => "\"(not shown)\"";

    [GeneratedRegex(@"^smtp://(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253}):(?<port>\d{1,5})/?\z", RegexOptions.CultureInvariant)]
    private static partial Regex MailPattern();
}

/// <summary>Channels by name.</summary>
internal sealed class ChannelsKind() : NamedKind<ChannelSettings>(
    new ChannelKind(),
    name => Texts.IsPlainName(name) ? null : new("is not a channel's name", NameRule),
    "an object of channels",
    "write channels with names, such as { \"ops\": { \"Kind\": \"Webhook\", \"Url\": \"https://alerts.example.com/podgate\" } }",
    "channels",
    AlertSettings.MostChannels,
    StringComparer.Ordinal)
{
    private const string NameRule = "write 1 to 63 of a-z, 0-9 and -, beginning with a letter or digit, such as \"ops\"";
}
