using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace PodGate.Proxy.Affinity;

/// <summary>Whose request it is.</summary>
/// <param name="Address">The client's address.</param>
/// <param name="PeerIsTrusted">Whether the connection's peer is a trusted proxy, whose forwarding headers are passed on.</param>
internal readonly record struct Client(IPAddress Address, bool PeerIsTrusted);

/// <summary>
/// Finds the client's address. It is the connection's, always, unless that peer is a trusted proxy; then the forwarding headers are
/// walked from the right, over every further trusted proxy, to the first address that is not one. Whatever is left of it may have been
/// written by the client and is never looked at. A malformed part ends the walk at the last good address. A trusted proxy that writes
/// <c>Forwarded</c> must remove an <c>X-Forwarded-For</c> that a client sent, since that is looked at first.
/// </summary>
internal static class ClientAddress
{
    /// <summary>The longest chain that is walked; more hops are nobody's real network.</summary>
    private const int LongestChain = 32;

    /// <summary>Finds the client of a request. Allocates nothing when the peer is not trusted.</summary>
    public static Client Of(HttpContext context, TrustedNetworks trusted)
    {
        // A listener on a Unix socket has no address to tell; everybody there is one client.
        var peer = context.Connection.RemoteIpAddress ?? IPAddress.Loopback;
        if (!trusted.Contains(peer)) return new Client(peer, PeerIsTrusted: false);

        var headers = context.Request.Headers;
        var forwardedFor = headers["X-Forwarded-For"];
        if (forwardedFor.Count > 0) return new Client(Walk(peer, forwardedFor, trusted, named: false), PeerIsTrusted: true);
        var forwarded = headers["Forwarded"];
        return new Client(forwarded.Count > 0 ? Walk(peer, forwarded, trusted, named: true) : peer, PeerIsTrusted: true);
    }

    private static IPAddress Walk(IPAddress peer, StringValues lines, TrustedNetworks trusted, bool named)
    {
        var lastGood = peer;
        var hops = 0;
        for (var line = lines.Count - 1; line >= 0; line--)
        {
            var rest = lines[line].AsSpan();
            while (true)
            {
                var comma = LastComma(rest);
                var part = rest[(comma + 1)..].Trim();
                if (++hops > LongestChain || !TryRead(part, named, out var address)) return lastGood;
                lastGood = address;
                if (!trusted.Contains(address)) return address;
                if (comma < 0) break;
                rest = rest[..comma];
            }
        }

        return lastGood;
    }

    /// <summary>The last comma outside of quotes; an even number of quotes is to its right.</summary>
    private static int LastComma(ReadOnlySpan<char> text)
    {
        var quoted = false;
        for (var i = text.Length - 1; i >= 0; i--)
        {
            if (text[i] == '"') quoted = !quoted;
            if (text[i] == ',' && !quoted) return i;
        }

        return -1;
    }

    private static bool TryRead(ReadOnlySpan<char> part, bool named, out IPAddress address)
    {
        if (!named) return TryParse(part, out address);
        foreach (var range in part.Split(';'))
        {
            var pair = part[range].Trim();
            if (!pair.StartsWith("for=", StringComparison.OrdinalIgnoreCase)) continue;
            var value = pair[4..];
            if (value.Length >= 2 && value[0] == '"' && value[^1] == '"') value = value[1..^1];
            return TryParse(value, out address);
        }

        address = IPAddress.None;
        return false;
    }

    /// <summary>
    /// Reads <c>192.0.2.1</c>, <c>192.0.2.1:4711</c>, <c>2001:db8::1</c>, <c>[2001:db8::1]</c> or <c>[2001:db8::1]:4711</c>, and nothing
    /// else.
    /// </summary>
    internal static bool TryParse(ReadOnlySpan<char> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.IsEmpty) return false;
        if (text[0] == '[')
        {
            var end = text.IndexOf(']');
            if (end < 0 || !IsPortOrNothing(text[(end + 1)..])) return false;
            text = text[1..end];
            if (!text.Contains(':')) return false;
        }
        else if (text.Count(':') == 1)
        {
            var colon = text.IndexOf(':');
            if (!IsPortOrNothing(text[colon..])) return false;
            text = text[..colon];
        }

        // The platform's parser also takes 1, 0x7f.1 and 010.0.0.1 for addresses; two readers would then see two different clients.
        if (text.Contains('%') || (!text.Contains(':') && !IsDottedQuad(text))) return false;
        if (!IPAddress.TryParse(text, out var parsed)) return false;
        address = parsed.IsIPv4MappedToIPv6 ? parsed.MapToIPv4() : parsed;
        return address.AddressFamily is AddressFamily.InterNetwork or AddressFamily.InterNetworkV6;
    }

    private static bool IsPortOrNothing(ReadOnlySpan<char> text) =>
        text.IsEmpty || (text[0] == ':' && text.Length is > 1 and <= 6 && !text[1..].ContainsAnyExceptInRange('0', '9'));

    private static bool IsDottedQuad(ReadOnlySpan<char> text)
    {
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9')) return false;
            if (part.Length > 1 && part[0] == '0') return false;
        }

        return parts == 4;
    }
}
