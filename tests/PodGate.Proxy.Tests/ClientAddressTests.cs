using System.Collections.Immutable;
using System.Net;
using Microsoft.AspNetCore.Http;
using PodGate.Proxy.Affinity;

namespace PodGate.Proxy.Tests;

public sealed class ClientAddressTests
{
    private static readonly TrustedNetworks Trusted = new([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.0.2.7/32"), IPNetwork.Parse("2001:db8:1::/48")]);

    // peer, X-Forwarded-For lines (separated by |), Forwarded lines, the client
    [Theory]
    [InlineData("203.0.113.9", "1.2.3.4", "", "203.0.113.9")]
    [InlineData("203.0.113.9", "", "for=1.2.3.4", "203.0.113.9")]
    [InlineData("10.1.1.1", "", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "1.2.3.4", "", "1.2.3.4")]
    [InlineData("::ffff:10.1.1.1", "1.2.3.4", "", "1.2.3.4")]
    [InlineData("::ffff:203.0.113.9", "1.2.3.4", "", "::ffff:203.0.113.9")]
    [InlineData("2001:db8:1:2::3", "1.2.3.4", "", "1.2.3.4")]
    [InlineData("2001:db8:2::3", "1.2.3.4", "", "2001:db8:2::3")]
    [InlineData("10.1.1.1", "6.6.6.6, 1.2.3.4", "", "1.2.3.4")]
    [InlineData("10.1.1.1", "6.6.6.6, 1.2.3.4, 10.9.9.9 ,192.0.2.7", "", "1.2.3.4")]
    [InlineData("10.1.1.1", "6.6.6.6|1.2.3.4|10.2.2.2", "", "1.2.3.4")]
    [InlineData("10.1.1.1", "10.3.3.3, 10.2.2.2", "", "10.3.3.3")]
    [InlineData("10.1.1.1", "6.6.6.6, unknown, 10.2.2.2", "", "10.2.2.2")]
    [InlineData("10.1.1.1", "6.6.6.6, ", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "garbage", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "010.0.0.1", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "1", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "0x7f.0.0.1", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "1.2.3.4.5", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "fe80::1%3", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "1.2.3.4:4711", "", "1.2.3.4")]
    [InlineData("10.1.1.1", "1.2.3.4:x", "", "10.1.1.1")]
    [InlineData("10.1.1.1", "[2001:db8::1]:4711", "", "2001:db8::1")]
    [InlineData("10.1.1.1", "2001:db8::1", "", "2001:db8::1")]
    [InlineData("10.1.1.1", "::ffff:1.2.3.4", "", "1.2.3.4")]
    [InlineData("10.1.1.1", "::ffff:10.2.2.2, ::ffff:10.2.2.3", "", "10.2.2.2")]
    [InlineData("10.1.1.1", "1.2.3.4", "for=5.6.7.8", "1.2.3.4")]
    [InlineData("10.1.1.1", "", "for=1.2.3.4;proto=https;by=10.1.1.1", "1.2.3.4")]
    [InlineData("10.1.1.1", "", "proto=https;For=\"[2001:db8::1]:4711\"", "2001:db8::1")]
    [InlineData("10.1.1.1", "", "for=6.6.6.6, for=1.2.3.4;host=\"a,b\", for=10.2.2.2", "1.2.3.4")]
    [InlineData("10.1.1.1", "", "for=1.2.3.4, for=unknown", "10.1.1.1")]
    [InlineData("10.1.1.1", "", "for=1.2.3.4, for=_hidden", "10.1.1.1")]
    [InlineData("10.1.1.1", "", "for=1.2.3.4, proto=http", "10.1.1.1")]
    public void Client_OfARequest_IsTheRightmostThatIsNotTrusted(string peer, string forwardedFor, string forwarded, string client)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(peer);
        if (forwardedFor != "") context.Request.Headers["X-Forwarded-For"] = forwardedFor.Split('|');
        if (forwarded != "") context.Request.Headers["Forwarded"] = forwarded.Split('|');
        var found = ClientAddress.Of(context, Trusted);
        found.Address.Should().Be(IPAddress.Parse(client));
        found.PeerIsTrusted.Should().Be(Trusted.Contains(IPAddress.Parse(peer)));
    }

    [Fact]
    public void Client_BehindAnEndlessChain_IsNotLookedForEndlessly()
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.0.0.1");
        context.Request.Headers["X-Forwarded-For"] = "1.2.3.4, " + string.Join(", ", Enumerable.Repeat("10.5.5.5", 5000));
        ClientAddress.Of(context, Trusted).Address.Should().Be(IPAddress.Parse("10.5.5.5"));
    }

    [Theory]
    [InlineData("0.0.0.0/0", "1.2.3.4", true)]
    [InlineData("0.0.0.0/0", "::ffff:1.2.3.4", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "1.2.3.4", false)]
    [InlineData("::ffff:10.0.0.0/104", "10.2.3.4", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.2.3.4", false)]
    [InlineData("127.0.0.1/32", "127.0.0.1", true)]
    [InlineData("127.0.0.1/32", "127.0.0.2", false)]
    public void Network_OfTrustedProxies_CoversItsFamilyOnly(string network, string address, bool covered) =>
        new TrustedNetworks([IPNetwork.Parse(network)]).Contains(IPAddress.Parse(address)).Should().Be(covered);

    [Fact]
    public void Client_OfAnUntrustedPeer_CostsNoAllocation()
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse("::ffff:203.0.113.9");
        ClientAddress.Of(context, Trusted);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) ClientAddress.Of(context, Trusted);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1000);
    }
}
