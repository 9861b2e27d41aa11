using System.Buffers.Binary;
using PodGate.Proxy.Farewells;

namespace PodGate.Proxy.Tests.Farewells;

/// <summary>Where frames of a WebSocket end, in whatever pieces they come.</summary>
public sealed class FrameReaderTests
{
    [Theory]
    [InlineData("81 02 AA BB", 4)] // text
    [InlineData("81 82 01 02 03 04 AA BB", 8)] // masked
    [InlineData("89 00", 2)] // an empty ping
    [InlineData("89 80 01 02 03 04", 6)]
    [InlineData("82 7E 00 02 AA BB", 6)] // a longer length than needed
    [InlineData("82 7F 00 00 00 00 00 00 00 01 AA", 11)]
    [InlineData("C1 03 AA BB CC", 5)] // compressed
    [InlineData("01 01 AA 80 01 BB", 3)] // the first of two fragments
    [InlineData("82 05 AA BB", 0)] // not whole
    [InlineData("82 FF FF FF FF FF FF FF FF FF 00 00 00 00 AA", 0)] // a length that there is not
    public void First_FrameEnds_Where(string hex, int end)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var whole = new FrameReader();
        var count = whole.Follow(bytes);
        (whole.IsBetween ? count : 0).Should().Be(end);

        var single = new FrameReader();
        var first = 0;
        for (var i = 0; i < bytes.Length && first == 0; i++)
        {
            single.Follow(bytes.AsSpan(i, 1)).Should().Be(1);
            if (single.IsBetween) first = i + 1;
        }

        first.Should().Be(end);
        whole.HasClosed.Should().BeFalse();
    }

    [Fact]
    public void Pieces_OfAnySize_HaveTheSameBoundaries()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 300; run++)
        {
            var (bytes, ends) = Frames(random);
            var reader = new FrameReader();
            var found = new List<int>();
            for (var at = 0; at < bytes.Length;)
            {
                var piece = Math.Min(bytes.Length - at, 1 + random.Next(random.Next(2) == 0 ? 5 : 70_000));
                for (var left = bytes.AsSpan(at, piece); !left.IsEmpty;)
                {
                    var count = reader.Follow(left);
                    left = left[count..];
                    at += count;
                    if (reader.IsBetween) found.Add(at);
                }
            }

            found.Should().Equal(ends, $"seed {seed}, run {run}");
        }
    }

    [Fact]
    public void Close_IsAFrame_ThatTellsItself()
    {
        var frame = FrameReader.Close(1001, "away"u8);
        frame.Should().Equal(0x88, 6, 0x03, 0xE9, (byte)'a', (byte)'w', (byte)'a', (byte)'y');
        var reader = new FrameReader();
        reader.FollowAll(frame);
        reader.IsBetween.Should().BeTrue();
        reader.HasClosed.Should().BeTrue();
    }

    private static (byte[] Bytes, List<int> Ends) Frames(Random random)
    {
        var (bytes, ends) = (new List<byte>(), new List<int>());
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            var length = random.Next(6) switch { 0 => 0, 1 => 125, 2 => 126, 3 => 65_535, 4 => 65_536, _ => random.Next(2000) };
            var mask = random.Next(2) == 0 ? 0 : 0x80;
            bytes.Add((byte)(random.Next(2) == 0 ? 0x82 : 0x40));
            var extended = new byte[8];
            BinaryPrimitives.WriteUInt64BigEndian(extended, (ulong)length);
            bytes.Add((byte)(mask | (length < 126 ? length : length < 65_536 ? 126 : 127)));
            bytes.AddRange(length < 126 ? [] : length < 65_536 ? extended[6..] : extended);
            if (mask != 0) bytes.AddRange([1, 2, 3, 4]);
            var payload = new byte[length];
            random.NextBytes(payload);
            bytes.AddRange(payload);
            ends.Add(bytes.Count);
        }

        return ([.. bytes], ends);
    }
}
