using System.Collections.Immutable;
using PodGate.Control.Alerts;

namespace PodGate.Control.Configuration;

/// <summary>Whom to tell, and how.</summary>
public sealed record AlertSettings
{
    /// <summary>How many channels there may be.</summary>
    public const int MostChannels = 16;

    /// <summary>The name of the channel that <see cref="Webhook"/> is short for.</summary>
    public const string WebhookChannel = "webhook";

    /// <summary>Absolute http or https URL that gets a JSON POST for every alert; null: none. <value>Default null.</value></summary>
    public Uri? Webhook { get; init; }

    /// <summary>Where alerts go, by name. <value>Default none; 16 at most.</value></summary>
    public ImmutableSortedDictionary<string, ChannelSettings> Channels { get; init; } =
        ImmutableSortedDictionary.Create<string, ChannelSettings>(StringComparer.Ordinal);

    /// <summary>How long an alert is tried that its receiver does not take. <value>Default 3 days; 1 minute to 30 days.</value></summary>
    public TimeSpan KeepTrying { get; init; } = TimeSpan.FromDays(3);

    /// <summary>
    /// Absolute http or https URL that is asked again and again, so that silence of the gate itself is noticed; null: none. <value>Default null.</value>
    /// </summary>
    public Uri? HeartbeatUrl { get; init; }

    /// <summary>How often. <value>Default 1 minute; 5 s to 1 hour.</value></summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Every channel, the short one included.</summary>
    public ImmutableSortedDictionary<string, ChannelSettings> AllChannels =>
        Webhook is null ? Channels : Channels.SetItem(WebhookChannel, new ChannelSettings { Url = Webhook });

    /// <summary>By value.</summary>
    public bool Equals(AlertSettings? other) =>
        other is not null && Webhook == other.Webhook && KeepTrying == other.KeepTrying && HeartbeatUrl == other.HeartbeatUrl
        && HeartbeatInterval == other.HeartbeatInterval && Channels.SequenceEqual(other.Channels);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Webhook, KeepTrying, HeartbeatUrl, Channels.Count);
}

/// <summary>In which form a channel's receiver wants alerts.</summary>
public enum ChannelFormat
{
    /// <summary>PodGate's own JSON, with the headers of CloudEvents, signed when there is a secret.</summary>
    Webhook,

    /// <summary>The v2 API of Prometheus' Alertmanager.</summary>
    Alertmanager,

    /// <summary>An incoming webhook as Slack and many others have it.</summary>
    Slack,

    /// <summary>The Events API v2 of PagerDuty.</summary>
    PagerDuty,

    /// <summary>A mail by SMTP.</summary>
    Email,

    /// <summary>A command on this machine.</summary>
    Command,
}

/// <summary>One channel.</summary>
public sealed record ChannelSettings
{
    /// <summary>Where PagerDuty takes events.</summary>
    public static readonly Uri PagerDutyUrl = new("https://events.pagerduty.com/v2/enqueue");

    /// <summary>Its form. <value>Default Webhook.</value></summary>
    public ChannelFormat Kind { get; init; }

    /// <summary>
    /// Where alerts go: http or https; of an Alertmanager what stands before /api/v2; of a mail <c>smtp://host:port</c>. Null for a command, and for
    /// PagerDuty's own address.
    /// </summary>
    public Uri? Url { get; init; }

    /// <summary>
    /// Full path of a file with the secret: what a webhook's body is signed with, PagerDuty's routing key, the password of a mail's user. Read for each
    /// delivery, so that it can be changed. Null: none.
    /// </summary>
    public string? SecretFile { get; init; }

    /// <summary>The least severity that goes here. <value>Default Info.</value></summary>
    public AlertSeverity Severity { get; init; } = AlertSeverity.Info;

    /// <summary>The pods whose alerts go here, and with them those about no pod; empty: all. <value>Default empty.</value></summary>
    public ImmutableArray<string> Pods { get; init; } = [];

    /// <summary>The kinds of alerts that go here; empty: all. <value>Default empty.</value></summary>
    public ImmutableArray<string> Kinds { get; init; } = [];

    /// <summary>
    /// Only what is neither acknowledged nor over so long after it was raised goes here; null: everything at once. <value>Default null.</value>
    /// </summary>
    public TimeSpan? After { get; init; }

    /// <summary>A mail's sender.</summary>
    public string? From { get; init; }

    /// <summary>A mail's recipients.</summary>
    public ImmutableArray<string> To { get; init; } = [];

    /// <summary>Who a mail is sent as, with the password of <see cref="SecretFile"/>; null: nobody.</summary>
    public string? User { get; init; }

    /// <summary>Whether a mail goes encrypted (STARTTLS) or not at all. <value>Default true.</value></summary>
    public bool StartTls { get; init; } = true;

    /// <summary>The program and its arguments; no shell reads them.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>Whether an alert that begins something, or happened once, goes here. A test goes everywhere.</summary>
    /// <param name="alert">The alert.</param>
    public bool Takes(Alert alert)
    {
        ArgumentNullException.ThrowIfNull(alert);
        if (alert.Kind == AlertKinds.Test) return true;
        return alert.Weight >= Severity && (Kinds.IsEmpty || Kinds.Contains(alert.Kind)) && (Pods.IsEmpty || alert.Pod is null || Pods.Contains(alert.Pod));
    }

    /// <summary>By value.</summary>
    public bool Equals(ChannelSettings? other) =>
        other is not null && Kind == other.Kind && Url == other.Url && SecretFile == other.SecretFile && Severity == other.Severity && After == other.After
        && From == other.From && User == other.User && StartTls == other.StartTls && Pods.SequenceEqual(other.Pods) && Kinds.SequenceEqual(other.Kinds)
        && To.SequenceEqual(other.To) && Command.SequenceEqual(other.Command);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Url, SecretFile, Severity, After, From, User);
}
