using System.Globalization;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Journal;
using PodGate.Control.Takeover;

namespace PodGate.JournalHarness;

/// <summary>A program that a gate starts to be taken over from, and that does as a new gate does until it fails.</summary>
internal static partial class FailingHeir
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task<int> RunAsync(string said, string[] arguments)
    {
        var descriptor = int.Parse(LineNumber().Match(said).Groups[1].Value, CultureInfo.InvariantCulture);
        using var line = new TakeoverLine(new NetworkStream(new Socket(new SafeSocketHandle(descriptor, ownsHandle: true)), ownsSocket: true), TimeProvider.System);
        var configuration = Path.GetFullPath(arguments[Array.IndexOf(arguments, "--config") + 1]);
        var state = Path.Combine(Path.GetDirectoryName(configuration)!, (string)JsonNode.Parse(await File.ReadAllTextAsync(configuration))!["StateDirectory"]!);
        await line.SayAsync(new ReadyToTake(TakeoverMessage.Protocol, "0.0.0", Environment.ProcessId, state), Patience, CancellationToken.None);
        await line.HearAsync<HandedOver>(Patience, CancellationToken.None);
        switch (Environment.GetEnvironmentVariable("HEIR_FAULT"))
        {
            case "dies with the journal closed":
                return 9;
            case "dies with the journal open":
                SqliteJournal.Open(state, TimeProvider.System, NullLogger.Instance);
                return 9;
            case var fault:
                throw new InvalidOperationException($"'{fault}' is no fault of this program");
        }
    }

    [GeneratedRegex("line=([0-9]+)")]
    private static partial Regex LineNumber();
}
