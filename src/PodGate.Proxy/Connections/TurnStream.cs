using System.Runtime.CompilerServices;

namespace PodGate.Proxy.Connections;

/// <summary>
/// A stream whose users give others their turn. As long as a fast pod and a fast client have something to copy nothing ever waits, and the
/// copying, which may run on the thread that hears from all sockets, would not end before the body does: so it goes on on the pool now and then.
/// And a TLS handshake, which computes for long and may even ask another machine for a certificate, goes on there throughout.
/// </summary>
internal class TurnStream(Stream inner) : PassingStream
{
    /// <summary>Bytes that are carried without a pause: a full buffer of the copying, about fifty microseconds.</summary>
    internal const int Turn = 64 * 1024;

    private volatile bool _always;
    private int _readInTurn;
    private int _writtenInTurn;

    public override bool CanRead => true;

    public override bool CanWrite => true;

    /// <summary>Whether whatever reads goes on on the pool, each time: for a handshake.</summary>
    public bool HopsAlways
    {
        get => _always;
        set => _always = value;
    }

    /// <summary>Gives away what it is made of; from now on it is at its end, and closing it closes nothing. Nobody may be reading or writing.</summary>
    public Stream GiveAway()
    {
        var given = inner;
        inner = Null;
        return given;
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var write = inner.WriteAsync(buffer, cancellationToken);
        return IsTurnOver(write.IsCompletedSuccessfully, buffer.Length, ref _writtenInTurn) ? HopAsync(write) : write;
    }

    public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = inner.ReadAsync(buffer, cancellationToken);
        if (HopsAlways) return HopAsync(read);
        if (!read.IsCompletedSuccessfully)
        {
            _readInTurn = 0;
            return read;
        }

        var count = read.Result;
        return IsTurnOver(atOnce: true, count, ref _readInTurn) ? HopAsync(ValueTask.FromResult(count)) : ValueTask.FromResult(count);
    }

    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsTurnOver(bool atOnce, int count, ref int inTurn)
    {
        inTurn = atOnce ? inTurn + count : 0;
        if (inTurn < Turn) return false;
        inTurn = 0;
        return true;
    }

    /// <summary>Ends as the write does, and whoever waits goes on on the pool, after those who wait for it already.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask HopAsync(ValueTask write)
    {
        try
        {
            await write;
        }
        finally
        {
            await Task.Yield();
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<int> HopAsync(ValueTask<int> read)
    {
        try
        {
            return await read;
        }
        finally
        {
            await Task.Yield();
        }
    }
}
