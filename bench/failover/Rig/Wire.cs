using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using PodGate.TestKit;

namespace Failover.Rig;

/// <summary>What came back: a whole answer.</summary>
internal readonly record struct Answer(int Status, string? Pod);

/// <summary>No whole answer came back; the message is the word that the tables use for it.</summary>
internal sealed class NoAnswerException(string word, Exception? inner = null) : IOException(word, inner);

/// <summary>
/// One kept-alive HTTP/1.1 connection with a source address of its own. Written out because the platform's client repeats requests in secret when
/// a connection breaks, and this one must see every break.
/// </summary>
internal sealed class Wire : IDisposable
{
    private const int LongestHead = 32 * 1024;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[LongestHead];
    private int _start;
    private int _end;

    private Wire(Socket socket) => _socket = socket;

    /// <summary>Another request may follow on it.</summary>
    public bool Keeps { get; private set; } = true;

    /// <summary>The other side closed it while nothing was asked.</summary>
    public bool IsGone => _socket.Poll(0, SelectMode.SelectRead);

    public static async Task<Wire> ConnectAsync(IPAddress source, Uri gate, TestNamespace? inside, CancellationToken cancel)
    {
        var socket = inside?.CreateSocket() ?? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(source, 0));
            await socket.ConnectAsync(IPAddress.Parse(gate.Host), gate.Port, cancel);
            return new Wire(socket);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new NoAnswerException(exception.SocketErrorCode == SocketError.ConnectionRefused ? "refused" : "no connection", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a GET without waiting for anything.</summary>
    /// <param name="path">The path.</param>
    /// <param name="headers">More headers, each ended by CR LF.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task SendAsync(string path, string headers, CancellationToken cancel)
    {
        Keeps = false;
        try
        {
            await _socket.SendAsync(Encoding.ASCII.GetBytes($"GET {path} HTTP/1.1\r\nHost: product.example\r\n{headers}\r\n"), cancel);
        }
        catch (SocketException exception)
        {
            throw new NoAnswerException("reset", exception);
        }
    }

    /// <summary>Sends a GET and reads the whole answer.</summary>
    public async Task<Answer> GetAsync(string path, string headers, CancellationToken cancel)
    {
        await SendAsync(path, headers, cancel);
        string? pod = null;
        long? length = null;
        bool chunked = false, close = false;
        var first = await LineAsync("reset", "closed", cancel);
        var words = first.Split(' ');
        if (words.Length < 2 || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status)) throw new NoAnswerException("garbage");
        for (string line; (line = await LineAsync("cut", "cut", cancel)).Length > 0;)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) throw new NoAnswerException("garbage");
            var value = line[(colon + 1)..].Trim();
            switch (line[..colon].ToUpperInvariant())
            {
                case "X-POD": pod = value; break;
                case "CONTENT-LENGTH": length = long.Parse(value, CultureInfo.InvariantCulture); break;
                case "TRANSFER-ENCODING": chunked = value.Contains("chunked", StringComparison.OrdinalIgnoreCase); break;
                case "CONNECTION": close = value.Contains("close", StringComparison.OrdinalIgnoreCase); break;
            }
        }

        if (chunked) await ReadChunksAsync(cancel);
        else if (length is { } bytes) await SkipAsync(bytes, cancel);
        else await ToEndAsync(cancel);
        Keeps = !close && (chunked || length is not null);
        return new Answer(status, pod);
    }

    /// <summary>Throws the connection away with a reset, as a client that was killed.</summary>
    public void Abort() => _socket.Close(0);

    public void Dispose() => _socket.Dispose();

    private async Task ReadChunksAsync(CancellationToken cancel)
    {
        while (true)
        {
            var size = await LineAsync("cut", "cut", cancel);
            if (!long.TryParse(size.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var bytes)) throw new NoAnswerException("garbage");
            if (bytes == 0) break;
            await SkipAsync(bytes + 2, cancel);
        }

        while ((await LineAsync("cut", "cut", cancel)).Length > 0)
        {
            // Trailers mean nothing here.
        }
    }

    private async Task SkipAsync(long bytes, CancellationToken cancel)
    {
        while (true)
        {
            var here = (int)Math.Min(bytes, _end - _start);
            _start += here;
            bytes -= here;
            if (bytes == 0) return;
            if (!await FillAsync("cut", cancel)) throw new NoAnswerException("cut");
        }
    }

    private async Task ToEndAsync(CancellationToken cancel)
    {
        do _start = _end;
        while (await FillAsync("cut", cancel));
    }

    private async Task<string> LineAsync(string whenReset, string whenClosed, CancellationToken cancel)
    {
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf("\r\n"u8);
            if (found >= 0)
            {
                var line = Encoding.Latin1.GetString(_buffer, _start, found);
                _start += found + 2;
                return line;
            }

            var begun = _end > _start;
            if (!await FillAsync(begun ? "cut" : whenReset, cancel)) throw new NoAnswerException(begun ? "cut" : whenClosed);
        }
    }

    private async Task<bool> FillAsync(string whenReset, CancellationToken cancel)
    {
        if (_start == _end) _start = _end = 0;
        if (_end == _buffer.Length)
        {
            if (_start == 0) throw new NoAnswerException("garbage");
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        try
        {
            var count = await _socket.ReceiveAsync(_buffer.AsMemory(_end), cancel);
            _end += count;
            return count > 0;
        }
        catch (SocketException exception)
        {
            throw new NoAnswerException(whenReset, exception);
        }
    }
}
