using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator.Accounts;

/// <summary>From where an attempt comes.</summary>
/// <param name="From">The address, for people.</param>
/// <param name="Network">What counts as one source: an IPv4 address, or the /64 that one IPv6 household has.</param>
/// <param name="Browser">What the browser keeps since somebody signed in with it; null: nothing.</param>
internal sealed record Visitor(string From, string Network, string? Browser)
{
    private const int HouseholdBytes = 8;

    /// <summary>The visitor of a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="browser">What the browser keeps; null: nothing.</param>
    public static Visitor Of(HttpContext context, string? browser)
    {
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        return new Visitor($"{address}", NetworkOf(address), browser);
    }

    /// <summary>What counts as one source.</summary>
    /// <param name="address">An address of it.</param>
    public static string NetworkOf(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return $"{address}";
        return Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, HouseholdBytes));
    }
}
