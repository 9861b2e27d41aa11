using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Text;
using PodGate.Control.Configuration;

namespace PodGate.Control.Alerts.Channels;

/// <summary>
/// Sends a mail by the platform's SMTP client, with STARTTLS. That client cannot be given up in the middle, so an attempt is a bounded one on a thread of the
/// pool: at most one for each channel.
/// </summary>
/// <param name="settings">The channel's settings.</param>
internal sealed class EmailSender(ChannelSettings settings) : IAlertSender
{
    private static readonly TimeSpan AttemptTimeout = TimeSpan.FromSeconds(20);

    private Task _running = Task.CompletedTask;

    /// <inheritdoc/>
    public string Receiver => settings.Url!.Host;

    /// <summary>Longer than the client's own, which bounds each of its steps.</summary>
    public TimeSpan Timeout => AttemptTimeout + TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel)
    {
        if (!_running.IsCompleted) return new DeliveryOutcome("the attempt before hangs", Again: true);
        var password = settings.SecretFile is null ? null : await AlertSenders.SecretAsync(settings.SecretFile, cancel).ConfigureAwait(false);
        var running = Task.Run(() => Send(message, password), CancellationToken.None);
        _running = running;
        await running.WaitAsync(cancel).ConfigureAwait(false);
        return new DeliveryOutcome(null);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // An attempt that is under way ends by itself.
    }

    /// <summary>The mail of an alert; those about one trouble are one thread in a mailbox.</summary>
    internal static MailMessage Write(AlertMessage message, string from, IEnumerable<string> to)
    {
        var alert = message.Alert;
        var word = alert.Resolved ? "resolved" : AlertKinds.WordOf(alert.Severity);
        var text = new StringBuilder(message.Sentence).Append("\r\n\r\n");
        text.Append(CultureInfo.InvariantCulture, $"kind: {alert.Kind}\r\nseverity: {AlertKinds.WordOf(alert.Severity)}\r\n");
        if (alert.Pod is not null) text.Append(CultureInfo.InvariantCulture, $"pod: {alert.Pod}\r\n");
        if (alert.Cause is { } cause) text.Append(CultureInfo.InvariantCulture, $"cause: {cause}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"at: {alert.At:O}\r\ngate: {message.Gate}\r\nid: {alert.Id}\r\n");
        if (alert.Resolves is { } began) text.Append(CultureInfo.InvariantCulture, $"resolves: {began.Id}\r\n");
        if (message.Link is { } link) text.Append(CultureInfo.InvariantCulture, $"\r\n{link.AbsoluteUri}\r\n");
        text.Append(CultureInfo.InvariantCulture, $"\r\nWhat to do: {message.Runbook}\r\n");
        var mail = new MailMessage
        {
            From = new MailAddress(from),
            Subject = $"[PodGate {word}] {Core.Health.CleanText.Of(alert.Sentence, 150)}",
            SubjectEncoding = Encoding.UTF8,
            Body = text.ToString(),
            BodyEncoding = Encoding.UTF8,
        };
        foreach (var address in to) mail.To.Add(address);
        mail.Headers["Message-ID"] = IdOf(alert.Id);
        mail.Headers["Auto-Submitted"] = "auto-generated";
        if (alert.Resolves is { } answered) mail.Headers["In-Reply-To"] = mail.Headers["References"] = IdOf(answered.Id);
        return mail;

        static string IdOf(string id) => $"<{Uri.EscapeDataString(id)}@podgate.invalid>";
    }

    private void Send(AlertMessage message, string? password)
    {
        using var client = new SmtpClient(settings.Url!.Host, settings.Url.Port)
        {
            EnableSsl = settings.StartTls,
            Timeout = (int)AttemptTimeout.TotalMilliseconds,
            Credentials = settings.User is null ? null : new NetworkCredential(settings.User, password),
        };
        using var mail = Write(message, settings.From!, settings.To);
        client.Send(mail);
    }
}
