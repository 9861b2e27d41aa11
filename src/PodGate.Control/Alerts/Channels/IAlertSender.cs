namespace PodGate.Control.Alerts.Channels;

/// <summary>An alert as it is sent.</summary>
/// <param name="Alert">What people must hear of.</param>
/// <param name="Gate">The gate's id.</param>
/// <param name="Link">Where people find more, or null when nobody said where the page is.</param>
/// <param name="Runbook">The path of the page that says what to do, within the documentation.</param>
internal sealed record AlertMessage(Alert Alert, string Gate, Uri? Link, string Runbook)
{
    /// <summary>The newest entry of the audit trail when it is sent, or null.</summary>
    internal AuditHead? Audit { get; init; }

    /// <summary>The longest sentence that is sent.</summary>
    internal const int SentenceLimit = 1_000;

    /// <summary>The sentence, fit for anybody's screen.</summary>
    internal string Sentence => Core.Health.CleanText.Of(Alert.Sentence, SentenceLimit);

    /// <summary>What this or the alert that it resolves is known by at receivers that keep things apart by a key.</summary>
    internal string Key => AlertKinds.Ends(Alert.Kind) ? $"{Gate}/{Alert.Key}" : $"{Gate}/{Alert.Id}";
}

/// <summary>Sends alerts in one form to one receiver. One thread at a time calls it.</summary>
internal interface IAlertSender : IDisposable
{
    /// <summary>The receiver for people, without what may be secret.</summary>
    string Receiver { get; }

    /// <summary>How long one attempt may take.</summary>
    TimeSpan Timeout { get; }

    /// <summary>How often what stands is to be told again; null: never.</summary>
    TimeSpan? Repeat => null;

    /// <summary>Makes one attempt.</summary>
    /// <param name="message">The alert.</param>
    /// <param name="cancel">Gives up.</param>
    Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel);

    /// <summary>Tells again what stands.</summary>
    /// <param name="standing">Alerts that were taken before.</param>
    /// <param name="cancel">Gives up.</param>
    Task<DeliveryOutcome> RepeatAsync(IReadOnlyList<AlertMessage> standing, CancellationToken cancel) => Task.FromResult(new DeliveryOutcome(null));
}
