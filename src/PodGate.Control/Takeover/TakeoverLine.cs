using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text.Json;

namespace PodGate.Control.Takeover;

/// <summary>
/// The line between two processes of one gate: messages in both directions, each with its length before it. What cannot be understood, is too long or does not
/// come in time ends the take-over, never the gate. Any number may say something at a time; one at a time listens.
/// </summary>
/// <param name="stream">Both directions; owned.</param>
/// <param name="time">The clock that waiting goes by.</param>
public sealed class TakeoverLine(Stream stream, TimeProvider time) : IDisposable
{
    /// <summary>The longest message in bytes: a thousand pods have much to hand over.</summary>
    public const int Longest = 64 * 1024 * 1024;

    private readonly SemaphoreSlim _saying = new(1);
    private bool _isBroken;

    /// <summary>The clock that waiting goes by.</summary>
    public TimeProvider Time => time;

    /// <summary>Says something.</summary>
    /// <param name="message">What.</param>
    /// <param name="within">How long the other one may take to hear it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">It cannot be said.</exception>
    public async Task SayAsync(TakeoverMessage message, TimeSpan within, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(message);
        var body = JsonSerializer.SerializeToUtf8Bytes(message, TakeoverJson.Default.TakeoverMessage);
        var frame = new byte[sizeof(int) + body.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, body.Length);
        body.CopyTo(frame, sizeof(int));
        using var late = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            await _saying.WaitAsync(either.Token).ConfigureAwait(false);
            try
            {
                // Half a message makes garbage of all that follow it.
                if (_isBroken) throw new IOException("the line is broken");
                _isBroken = true;
                await stream.WriteAsync(frame, either.Token).ConfigureAwait(false);
                await stream.FlushAsync(either.Token).ConfigureAwait(false);
                _isBroken = false;
            }
            finally
            {
                _saying.Release();
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TakeoverException($"the other process did not listen within {within.TotalSeconds:0.#} s");
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            throw Ended(exception);
        }
    }

    /// <summary>Waits for what the other one says next.</summary>
    /// <param name="within">For how long.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">Nothing came, or nothing that can be understood.</exception>
    public async Task<TakeoverMessage> HearAsync(TimeSpan within, CancellationToken cancel)
    {
        using var late = new CancellationTokenSource(within, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        try
        {
            var head = new byte[sizeof(int)];
            await stream.ReadExactlyAsync(head, either.Token).ConfigureAwait(false);
            var length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length is <= 0 or > Longest) throw new TakeoverException($"what the other process says begins with {length} as its length; it speaks another language");
            var body = new byte[length];
            await stream.ReadExactlyAsync(body, either.Token).ConfigureAwait(false);
            return JsonSerializer.Deserialize(body, TakeoverJson.Default.TakeoverMessage) ?? throw new JsonException("null");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new TakeoverException($"the other process said nothing within {within.TotalSeconds:0.#} s");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or FormatException)
        {
            throw new TakeoverException($"what the other process says cannot be understood ({exception.Message})", exception);
        }
        catch (Exception exception) when (IsEnd(exception))
        {
            throw Ended(exception);
        }
    }

    /// <summary>The same when only one kind of message is right at this moment.</summary>
    /// <typeparam name="T">The kind.</typeparam>
    /// <param name="within">For how long.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">Nothing came, or something else; if the other one declined, with its words.</exception>
    public async Task<T> HearAsync<T>(TimeSpan within, CancellationToken cancel)
        where T : TakeoverMessage => await HearAsync(within, cancel).ConfigureAwait(false) switch
        {
            T expected => expected,
            Declined declined => throw new TakeoverException(declined.Why),
            var other => throw new TakeoverException($"the other process said {other.GetType().Name} when {typeof(T).Name} was due"),
        };

    /// <summary>Closes it, which the other one hears.</summary>
    public void Dispose()
    {
        stream.Dispose();
        _saying.Dispose();
    }

    private static bool IsEnd(Exception exception) => exception is EndOfStreamException or IOException or SocketException or ObjectDisposedException;

    private static TakeoverException Ended(Exception exception) => new("the other process ended, or closed the line", exception) { OtherIsGone = true };
}
