using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PodGate.Control.Alerts.Channels;

/// <summary>
/// Posts PodGate's own JSON, with the headers of CloudEvents 1.0 (binary mode). With a secret each attempt is signed over its moment and its body, so that a
/// receiver can tell a forged and an old one.
/// </summary>
/// <param name="url">Where to.</param>
/// <param name="secretFile">The file with the secret, or null.</param>
/// <param name="post">Sends it.</param>
/// <param name="time">The clock.</param>
internal sealed class WebhookSender(Uri url, string? secretFile, AlertPost post, TimeProvider time) : IAlertSender
{
    /// <summary>The header with the signature: <c>t=</c> seconds since 1970, <c>v1=</c> HMAC-SHA256 in hexadecimal digits.</summary>
    internal const string SignatureHeader = "PodGate-Signature";

    /// <inheritdoc/>
    public string Receiver => url.Host;

    /// <inheritdoc/>
    public TimeSpan Timeout => AlertPost.Timeout;

    /// <inheritdoc/>
    public async Task<DeliveryOutcome> SendAsync(AlertMessage message, CancellationToken cancel)
    {
        var alert = message.Alert;
        var body = AlertJson.Write(message);
        var headers = new List<(string, string)>
        {
            ("Idempotency-Key", alert.Id),
            ("ce-specversion", "1.0"),
            ("ce-id", alert.Id),
            ("ce-source", $"/podgate/{Uri.EscapeDataString(message.Gate)}"),
            ("ce-type", $"podgate.alert.{alert.Kind}"),
            ("ce-time", alert.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            ("ce-subject", Uri.EscapeDataString(alert.Key)),
        };
        if (secretFile is not null)
        {
            var secret = await AlertSenders.SecretAsync(secretFile, cancel).ConfigureAwait(false);
            headers.Add((SignatureHeader, Sign(secret, body, time.GetUtcNow())));
        }

        return await post.SendAsync(url, body, headers, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The connections are everybody's.
    }

    /// <summary>What is signed: the seconds, a dot, and the body as it is sent.</summary>
    internal static string Sign(string secret, ReadOnlySpan<byte> body, DateTimeOffset now)
    {
        var moment = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        byte[] signed = [.. Encoding.UTF8.GetBytes(moment + "."), .. body];
        return $"t={moment},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed))}";
    }
}
