using System.Net;
using System.Text.Json.Nodes;
using PodGate.Core.Health;
using PodGate.Operator;

namespace PodGate.Tests.Operator;

/// <summary>Events as they happen, over a connection that stays.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private const string Path = "/api/v1/events/stream";
    private AdminRig _rig = null!;

    public async Task InitializeAsync() => _rig = await AdminRig.StartAsync();

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task WhatHappens_IsToldAtOnce_WithItsNumberAsId()
    {
        await using var stream = await Reader.OpenAsync(_rig, Path);
        stream.Answer.Content.Headers.ContentType!.MediaType.Should().Be("text/event-stream");
        await DrainAsync("pod-a", "first");
        var told = await stream.NextAsync("transition");
        var data = JsonNode.Parse(told.Data)!;
        ((string?)data["pod"], (string?)data["cause"], (string?)data["who"]).Should().Be(("pod-a", "Drained", "otto"));
        told.Id.Should().Be((long)data["number"]!);
    }

    [Fact]
    public async Task WhoComesBack_MissesNothing_AndGetsNothingTwice()
    {
        await using (var stream = await Reader.OpenAsync(_rig, Path + "?after=0"))
        {
            var first = await stream.NextAsync("transition");
            await DrainAsync("pod-a", "meanwhile");
            await using var again = await Reader.OpenAsync(_rig, Path, first.Id);
            await using var whole = await Reader.OpenAsync(_rig, Path + "?after=0");
            (await whole.NextAsync("transition")).Should().Be(first);
            for (var i = 0; i < 3; i++)
            {
                var expected = await whole.NextAsync("transition");
                (await again.NextAsync("transition")).Should().Be(expected);
            }
        }
    }

    [Fact]
    public async Task Filter_TellsOnlyWhatFits_AndTheNumberGoesOn()
    {
        await using var stream = await Reader.OpenAsync(_rig, Path + "?pod=pod-b&who=otto");
        await DrainAsync("pod-a", "not this");
        await _rig.ProbeAsync("pod-b", ProbeResult.Refused);
        await DrainAsync("pod-b", "this", force: true);
        ((string?)JsonNode.Parse((await stream.NextAsync("transition")).Data)!["sentence"]).Should().Contain("this").And.NotContain("not this");
    }

    [Fact]
    public async Task WhatIsForgotten_IsAGap()
    {
        _rig.Forgotten = long.MaxValue;
        await using var stream = await Reader.OpenAsync(_rig, Path, 17);
        (await stream.NextAsync("gap")).Data.Should().Be("""{"after":17,"forgotten":9223372036854775807}""");
    }

    [Fact]
    public async Task RevokedToken_EndsIt()
    {
        await using var stream = await Reader.OpenAsync(_rig, Path);
        _rig.Tokens.Revoke("vera").Should().Be(TokenResult.Done);
        await DrainAsync("pod-a", "wakes it");
        await stream.EndsAsync();
    }

    [Fact]
    public async Task ExpiredToken_OpensNothing()
    {
        _rig.Tokens.Add("eva", TokenRole.Viewer, out var secret, TimeSpan.FromSeconds(-1)).Should().Be(TokenResult.Done);
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/pods", secret);
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await answer.Content.ReadAsStringAsync()).Should().Contain("The token eva expired at").And.NotContain(secret!);
    }

    [Fact]
    public async Task TooMany_AreRefused_AndThePlaceComesBack()
    {
        var open = new List<Reader>();
        for (var i = 0; i < EventStream.Most; i++) open.Add(await Reader.OpenAsync(_rig, Path));
        using (var refused = await _rig.SendAsync(HttpMethod.Get, Path, _rig.Viewer))
        {
            refused.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            (await refused.Content.ReadAsStringAsync()).Should().Contain("too-many-streams");
        }

        foreach (var stream in open) await stream.DisposeAsync();
        var deadline = DateTime.UtcNow.AddSeconds(20);
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + _rig.Viewer);
            using var answer = await _rig.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            if (answer.StatusCode == HttpStatusCode.OK) break;
            DateTime.UtcNow.Should().BeBefore(deadline, "those who went have left their places");
            await Task.Delay(20);
        }
    }

    [Theory]
    [InlineData("?after=-1", null, "after must be one whole number")]
    [InlineData("?cause=Boredom", null, "cause is Boredom; it must be one of Added, Removed,")]
    [InlineData("?cause=1", null, "cause is 1; it must be one of")]
    [InlineData("?pod=", null, "pod must be one word of 1 to 256 characters.")]
    [InlineData("", "x", "Last-Event-ID must be the id of an event of this stream, a whole number.")]
    public async Task AskedWrongly_ItSaysWhatIsRight(string query, string? known, string detail)
    {
        using var answer = await _rig.SendAsync(
            HttpMethod.Get, Path + query, _rig.Viewer, more: request => request.Headers.TryAddWithoutValidation("Last-Event-ID", known is null ? [] : [known]));
        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        ((string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["detail"]).Should().Contain(detail);
    }

    [Fact]
    public async Task Events_AreFilteredToo_AndPagesGoOnBehindWhatDoesNotFit()
    {
        await DrainAsync("pod-a", "one");
        await DrainAsync("pod-b", "two", force: true);
        var page = await PageAsync("?pod=pod-b&cause=drained");
        page["events"]!.AsArray().Should().ContainSingle().Which!["pod"]!.GetValue<string>().Should().Be("pod-b");
        var next = (long)page["next"]!;
        (await PageAsync($"?pod=pod-b&cause=drained&after={next}"))["events"]!.AsArray().Should().BeEmpty();
        var first = await PageAsync("?who=otto&most=1");
        ((string?)first["events"]![0]!["pod"]).Should().Be("pod-a");
        ((string?)(await PageAsync($"?who=otto&most=1&after={first["next"]}"))["events"]![0]!["pod"]).Should().Be("pod-b");
    }

    private async Task<JsonNode> PageAsync(string query)
    {
        using var answer = await _rig.SendAsync(HttpMethod.Get, "/api/v1/events" + query, _rig.Viewer);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    private async Task DrainAsync(string pod, string reason, bool force = false)
    {
        var body = new JsonObject { ["reason"] = reason, ["force"] = force }.ToJsonString();
        using var answer = await _rig.SendAsync(HttpMethod.Post, $"/api/v1/pods/{pod}/drain", _rig.Operator, body);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private sealed record Told(string Event, long Id, string Data);

    /// <summary>A client that reads the stream as the standard says.</summary>
    private sealed class Reader(HttpResponseMessage answer, StreamReader lines) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

        public HttpResponseMessage Answer => answer;

        public static async Task<Reader> OpenAsync(AdminRig rig, string path, long? known = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + rig.Viewer);
            if (known is { } id) request.Headers.TryAddWithoutValidation("Last-Event-ID", $"{id}");
            var answer = await rig.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            answer.StatusCode.Should().Be(HttpStatusCode.OK);
            var reader = new Reader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));

            // It follows from here on.
            await reader.LineAsync();
            return reader;
        }

        public async Task<Told> NextAsync(string kind)
        {
            var (name, id, data) = ("", 0L, "");
            while (true)
            {
                var line = await LineAsync() ?? throw new EndOfStreamException("the stream ended");
                if (line.StartsWith("event: ", StringComparison.Ordinal)) name = line[7..];
                else if (line.StartsWith("id: ", StringComparison.Ordinal)) id = long.Parse(line[4..], System.Globalization.CultureInfo.InvariantCulture);
                else if (line.StartsWith("data: ", StringComparison.Ordinal)) data = line[6..];
                else if (line.Length == 0 && data.Length == 0) name = "";
                else if (line.Length == 0) return name == kind ? new Told(name, id, data) : throw new InvalidDataException($"a {name}: {data}");
            }
        }

        public async Task EndsAsync()
        {
            while (await LineAsync() is not null)
            {
                // What was on its way.
            }
        }

        public ValueTask DisposeAsync()
        {
            lines.Dispose();
            answer.Dispose();
            return ValueTask.CompletedTask;
        }

        private Task<string?> LineAsync() => lines.ReadLineAsync().WaitAsync(Patience);
    }
}
