using System.Text;
using PodGate.Control.Configuration;

namespace PodGate.Control.Alerts.Channels;

/// <summary>Which sender a channel has.</summary>
internal static class AlertSenders
{
    private const long LongestSecret = 4_096;

    /// <summary>Makes it. The settings have been checked by the loader.</summary>
    /// <param name="settings">The channel's settings.</param>
    /// <param name="post">Requests over HTTP.</param>
    /// <param name="time">The clock.</param>
    internal static IAlertSender Of(ChannelSettings settings, AlertPost post, TimeProvider time) => settings.Kind switch
    {
        ChannelFormat.Webhook => new WebhookSender(settings.Url!, settings.SecretFile, post, time),
        ChannelFormat.Alertmanager => new AlertmanagerSender(settings.Url!, post, time),
        ChannelFormat.Slack => new SlackSender(settings.Url!, post),
        ChannelFormat.PagerDuty => new PagerDutySender(settings.Url ?? ChannelSettings.PagerDutyUrl, settings.SecretFile!, post),
        ChannelFormat.Email => new EmailSender(settings),
        ChannelFormat.Command => new CommandSender(settings.Command, time),
        _ => throw new ArgumentOutOfRangeException(nameof(settings), settings.Kind, "not a known kind of channel"),
    };

    /// <summary>Reads a secret anew, so that it can be changed while the gate runs. White space around it does not count.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancel">Gives up.</param>
    internal static async Task<string> SecretAsync(string path, CancellationToken cancel)
    {
        if (new FileInfo(path) is { Exists: true, Length: > LongestSecret })
            throw new IOException($"{path} has more than {LongestSecret} bytes, which no secret has");
        var text = (await File.ReadAllTextAsync(path, Encoding.UTF8, cancel).ConfigureAwait(false)).Trim();
        return text.Length > 0 ? text : throw new IOException($"{path} is empty; write the secret into it");
    }
}
