using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PodGate.TestKit;

namespace PodGate.Scenarios.Tests;

/// <summary>
/// Some customers download and upload as fast as it goes while others ask for little. Requests run on the threads that hear from the sockets, or on the thread
/// pool when the environment says so; either way everybody is served, and every byte arrives. (Whether anybody waits is measured by bench/soak/stalls.)
/// </summary>
public sealed class MuchIsCarriedAtOnce
{
    private const int Bytes = 50_000_000;

    [Theory]
    [InlineData(null, "the threads that hear from the sockets")]
    [InlineData("1", "the threads that hear from the sockets")]
    [InlineData("0", "the thread pool")]
    public async Task Everybody_IsServedWhole(string? inline, string threads)
    {
        await using var pod = await PodProcess.StartAsync("pod-a");
        await using var gate = new GateProcess();
        if (inline is not null) gate.Variables["DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS"] = inline;
        gate.Write(GateProcess.Configuration([("pod-a", pod.Url)]));
        await gate.StartAsync("--init");
        await gate.UntilAsync("pod-a", "Open");
        gate.Output.Should().Contain($"requests run on {threads}");

        var carrying = Task.WhenAll(Enumerable.Range(0, 3).SelectMany(number => new[] { DownloadAsync(gate, number), UploadAsync(gate, number) }));
        var asking = Task.WhenAll(Enumerable.Range(0, 10).Select(number => AskAsync(gate, number)));
        (await carrying).Should().OnlyContain(total => total == Bytes);
        (await asking).Should().OnlyContain(served => served == 50);
    }

    private static async Task<long> DownloadAsync(GateProcess gate, int number)
    {
        using var client = SourceClient.From(SourceClient.Address(100 + number), gate.Data);
        await using var body = await client.GetStreamAsync($"/bytes?count={Bytes}");
        var (buffer, total) = (new byte[100_000], 0L);
        for (int read; (read = await body.ReadAsync(buffer)) > 0;) total += read;
        return total;
    }

    private static async Task<long> UploadAsync(GateProcess gate, int number)
    {
        using var client = SourceClient.From(SourceClient.Address(200 + number), gate.Data);
        using var answer = await client.PostAsync("/echo", new ByteArrayContent(new byte[Bytes]));
        return (long)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["bodyLength"]!;
    }

    private static async Task<int> AskAsync(GateProcess gate, int number)
    {
        using var client = SourceClient.From(SourceClient.Address(number), gate.Data);
        var served = 0;
        for (var i = 0; i < 50; i++)
        {
            using var answer = await client.GetAsync("/echo");
            if (answer.StatusCode == HttpStatusCode.OK) served++;
        }

        return served;
    }
}
