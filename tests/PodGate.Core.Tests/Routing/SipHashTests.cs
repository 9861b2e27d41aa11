using System.Buffers.Binary;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>The vectors that the authors of SipHash published: key 00..0f, message 00, 01, ... of the given length, result little endian.</summary>
public sealed class SipHashTests
{
    private static readonly Key128 Key = Key128.Create([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);

    [Theory]
    [InlineData(0, "310e0edd47db6f72")]
    [InlineData(1, "fd67dc93c539f874")]
    [InlineData(2, "5a4fa9d909806c0d")]
    [InlineData(3, "2d7efbd796666785")]
    [InlineData(4, "b7877127e09427cf")]
    [InlineData(5, "8da699cd64557618")]
    [InlineData(6, "cee3fe586e46c9cb")]
    [InlineData(7, "37d1018bf50002ab")]
    [InlineData(8, "6224939a79f5f593")]
    [InlineData(9, "b0e4a90bdf82009e")]
    [InlineData(10, "f3b9dd94c5bb5d7a")]
    [InlineData(11, "a7ad6b22462fb3f4")]
    [InlineData(12, "fbe50e86bc8f1e75")]
    [InlineData(13, "903d84c02756ea14")]
    [InlineData(14, "eef27a8e90ca23f7")]
    [InlineData(15, "e545be4961ca29a1")]
    [InlineData(16, "db9bc2577fcc2a3f")]
    [InlineData(17, "9447be2cf5e99a69")]
    [InlineData(18, "9cd38d96f0b3c14b")]
    [InlineData(31, "42c341d8fa92d832")]
    [InlineData(32, "ce7cf2722f512771")]
    [InlineData(63, "724506eb4c328a95")]
    public void Compute_PublishedVectors_Agree(int length, string expected)
    {
        var message = Enumerable.Range(0, length).Select(i => (byte)i).ToArray();

        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SipHash.Compute(Key, message));

        Convert.ToHexStringLower(bytes).Should().Be(expected);
    }
}
