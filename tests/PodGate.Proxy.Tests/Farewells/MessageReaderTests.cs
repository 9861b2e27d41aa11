using System.Text;
using PodGate.Proxy.Connections;
using PodGate.Proxy.Farewells;

namespace PodGate.Proxy.Tests.Farewells;

/// <summary>Where events and gRPC messages end, in whatever pieces they come.</summary>
public sealed class MessageReaderTests
{
    // A bar stands behind each event.
    [Theory]
    [InlineData("data: 1\n\n|data: 2\n\n|")]
    [InlineData("data: 1\r\n\r\n|data: 2\r\n\r\n|")]
    [InlineData("data: 1\r\r|data: 2\r\r|")]
    [InlineData("id: 1\ndata: x\ndata: y\n\n|: kept\n\n|")]
    [InlineData("\n\ndata: 1\n\n|\ndata: 2\n\n|")]
    [InlineData("data: 1\n")]
    [InlineData("data: 1\n\n|dat")]
    public void Events_EndWithAnEmptyLine(string marked)
    {
        var text = marked.Replace("|", "", StringComparison.Ordinal);
        foreach (var piece in Enumerable.Range(1, text.Length))
        {
            var (found, isBetween) = Follow(ConnectionKind.EventStream, Encoding.ASCII.GetBytes(text), piece);

            // The second half of a line's end may come later, and then belongs to nothing.
            var parts = text.Contains("\r\n", StringComparison.Ordinal) && piece < text.Length ? found.Replace("|\n", "\n|", StringComparison.Ordinal) : found;
            parts.Should().Be(marked, $"pieces of {piece}");
            isBetween.Should().Be(marked.EndsWith('|'), $"pieces of {piece}");
        }
    }

    [Theory]
    [InlineData("0 0 0 0 0|0 0 0 0 1 7|1 0 0 0 2 7 8|")]
    [InlineData("0 0 0 1 0")]
    [InlineData("0 0 0 0 2 7 8|0 0 0")]
    public void Grpc_MessagesSayTheirLength(string marked)
    {
        var bytes = marked.Split([' ', '|'], StringSplitOptions.RemoveEmptyEntries).Select(byte.Parse).ToArray();
        var ends = marked.Count(letter => letter == '|');
        foreach (var piece in Enumerable.Range(1, bytes.Length))
        {
            var (found, isBetween) = Follow(ConnectionKind.Grpc, bytes, piece);
            found.Count(letter => letter == '|').Should().Be(ends);
            isBetween.Should().Be(marked.EndsWith('|'));
        }
    }

    private static (string Marked, bool IsBetween) Follow(ConnectionKind kind, byte[] bytes, int piece)
    {
        var (reader, text, count) = (new MessageReader(kind), new StringBuilder(), 0L);
        for (var at = 0; at < bytes.Length; at += piece)
        {
            for (var left = bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)); !left.IsEmpty;)
            {
                var taken = reader.Follow(left);
                text.Append(Encoding.Latin1.GetString(left[..taken]));
                left = left[taken..];
                if (reader.Count == count) continue;
                count = reader.Count;
                text.Append('|');
            }
        }

        return (text.ToString(), reader.IsBetween);
    }
}
