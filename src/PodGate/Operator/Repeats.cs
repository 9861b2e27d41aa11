using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace PodGate.Operator;

/// <summary>
/// <c>Idempotency-Key</c>: whoever lost the answer to a command may send it again with the same key, and gets that answer instead of a second command. Kept in
/// memory, by token and key, for a day; only what was carried out is kept, so that what was refused can be tried again with the same key.
/// </summary>
internal sealed class Repeats(OperatorSources sources)
{
    /// <summary>The header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The most answers that are kept; the oldest make room.</summary>
    public const int Most = 1000;

    private const int LongestKey = 100;

    /// <summary>How long an answer is kept.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Who, string Key), Entry> _known = [];
    private readonly Queue<((string Who, string Key) Name, Entry Entry)> _inOrder = new();

    /// <summary>Passes the request on, or answers it as it was answered before.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">Whoever carries it out.</param>
    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var request = context.Request;

        // What nobody's token was asked for is no command.
        if (request.Headers[Header].Count == 0 || !AdminPipeline.HasCaller(context) || HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        {
            await next(context);
            return;
        }

        if (request.Path.StartsWithSegments("/api/v1/tokens") || request.Path.StartsWithSegments("/api/v1/users"))
            throw ApiProblem.BadRequest($"{Header} is not taken here: the answer has a secret, which is shown once and kept nowhere.");
        var name = (AdminPipeline.Caller(context).Name, Key(context));
        var entry = new Entry(await FingerprintAsync(context), sources.Time.GetUtcNow());
        if (Begin(name, entry) is { } answer)
        {
            await answer.RepeatAsync(context);
            return;
        }

        try
        {
            var given = await Answer.TakeAsync(context, next);

            // Kept before it is sent: the next attempt comes because this one did not arrive.
            if (given.Status is >= 200 and < 300) entry.Answer = given;
            await given.SendAsync(context);
        }
        finally
        {
            if (entry.Answer is null) Forget(name, entry);
        }
    }

    private static string Key(HttpContext context)
    {
        var key = context.Request.Headers[Header].ToString();
        return key.Length is > 0 and <= LongestKey && key.All(character => character is > ' ' and <= '~')
            ? key
            : throw ApiProblem.BadRequest($"{Header} must be one word of 1 to {LongestKey} visible ASCII characters, such as a UUID.");
    }

    /// <summary>Takes the place, or finds the answer that was given before.</summary>
    private Answer? Begin((string Who, string Key) name, Entry entry)
    {
        lock (_lock)
        {
            while (_inOrder.TryPeek(out var oldest) && (_inOrder.Count >= Most || entry.At - oldest.Entry.At > Kept))
            {
                _inOrder.Dequeue();
                if (_known.GetValueOrDefault(oldest.Name) == oldest.Entry) _known.Remove(oldest.Name);
            }

            if (!_known.TryGetValue(name, out var before))
            {
                _known[name] = entry;
                _inOrder.Enqueue((name, entry));
                return null;
            }

            if (!before.Fingerprint.AsSpan().SequenceEqual(entry.Fingerprint))
            {
                throw new ApiProblem(
                    StatusCodes.Status422UnprocessableEntity, "key-reused", "The key was used for something else",
                    $"This {Header} was sent with another command; take a new key for each.");
            }

            return before.Answer ?? throw new ApiProblem(
                StatusCodes.Status409Conflict, "in-progress", "It is being carried out",
                $"The command with this {Header} is being carried out; ask again in a moment.");
        }
    }

    private void Forget((string Who, string Key) name, Entry entry)
    {
        lock (_lock)
        {
            if (_known.GetValueOrDefault(name) == entry) _known.Remove(name);
        }
    }

    /// <summary>What makes it the same command. The body is read here and can be read again.</summary>
    private static async Task<byte[]> FingerprintAsync(HttpContext context)
    {
        var request = context.Request;
        var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        request.Body = body;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in (string[])[request.Method, request.Path.Value!, request.QueryString.Value!, request.Headers.IfMatch.ToString()])
            hash.AppendData(Encoding.UTF8.GetBytes(part + "\n"));
        hash.AppendData(body.GetBuffer().AsSpan(0, (int)body.Length));
        body.Position = 0;
        return hash.GetHashAndReset();
    }

    private sealed class Entry(byte[] fingerprint, DateTimeOffset at)
    {
        private Answer? _answer;

        public byte[] Fingerprint => fingerprint;

        public DateTimeOffset At => at;

        /// <summary>Null while it is being carried out.</summary>
        public Answer? Answer
        {
            get => Volatile.Read(ref _answer);
            set => Volatile.Write(ref _answer, value);
        }
    }

    /// <summary>An answer that can be given again.</summary>
    private sealed record Answer(int Status, string? Type, byte[] Body)
    {
        /// <summary>Lets it be given, to the end: that the client goes away meanwhile must not leave open what became of his command.</summary>
        public static async Task<Answer> TakeAsync(HttpContext context, RequestDelegate next)
        {
            var (wire, gone, copy) = (context.Response.Body, context.RequestAborted, new MemoryStream());
            (context.Response.Body, context.RequestAborted) = (copy, CancellationToken.None);
            try
            {
                await next(context);
            }
            finally
            {
                (context.Response.Body, context.RequestAborted) = (wire, gone);
            }

            return new Answer(context.Response.StatusCode, context.Response.ContentType, copy.ToArray());
        }

        public async Task SendAsync(HttpContext context) => await context.Response.Body.WriteAsync(Body, context.RequestAborted);

        public async Task RepeatAsync(HttpContext context)
        {
            context.Response.StatusCode = Status;
            context.Response.Headers["Idempotency-Replayed"] = "true";
            if (Type is not null) context.Response.ContentType = Type;
            context.Response.ContentLength = Body.Length;
            await SendAsync(context);
        }
    }
}
