using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using PodGate.Control.Journal;
using PodGate.Core.Pods;
using PodGate.JournalHarness;

// Usage: PodGate.JournalHarness DIRECTORY COUNT SEED ATONCE
// Opens (or makes) a journal and writes COUNT entries, up to ATONCE at a time. Each acknowledgement is one write to standard output:
// "ack NUMBER POD VERSION". The tests kill this process at any moment and look for what was acknowledged.
// Started by a gate as its heir, it is one that fails at the moment that HEIR_FAULT names.
if (Environment.GetEnvironmentVariable("PODGATE_TAKEOVER") is { } said) return await FailingHeir.RunAsync(said, args);

var directory = args[0];
var count = long.Parse(args[1], CultureInfo.InvariantCulture);
var random = new Random(int.Parse(args[2], CultureInfo.InvariantCulture));
var atOnce = int.Parse(args[3], CultureInfo.InvariantCulture);
var output = Console.OpenStandardOutput();

if (!Directory.Exists(directory))
    StateDirectory.Initialise(directory, TimeProvider.System, RandomNumberGenerator.GetBytes(StateDirectory.RandomBytes));
await using var journal = SqliteJournal.Open(directory, TimeProvider.System, NullLogger.Instance);
Say("open");

var versions = journal.Start.Pods.ToDictionary(pod => pod.Key, pod => pod.Value.Version);
var number = journal.Start.LastNumber;
for (long written = 0; written < count;)
{
    var acknowledgements = new List<Task>();
    for (var i = random.Next(1, atOnce + 1); i > 0 && written < count; i--, written++)
        acknowledgements.Add(WriteAsync(++number, $"pod-{(char)('a' + random.Next(4))}", random.Next(3)));
    await Task.WhenAll(acknowledgements);
}
return 0;

async Task WriteAsync(long entryNumber, string pod, int kind)
{
    var version = versions[pod] = versions.GetValueOrDefault(pod) + 1;
    var now = TimeProvider.System.GetUtcNow();
    var intent = new PodIntent(kind == 0 ? IntentKind.Disabled : IntentKind.Enabled, "harness", $"entry {entryNumber}", now);
    var latch = kind == 1 ? new Latch($"latch-{entryNumber}", Cause.Refused, "It refuses connections.", now, ["refused at once"]) : null;
    var record = new PodRecord(pod, "http://127.0.0.1:9", version, intent, latch, now);
    var entry = new JournalEntry([new Transition(entryNumber, now, pod, PodState.Open, PodState.Latched, Cause.Refused, $"entry {entryNumber}", "harness", version, record)]);
    var durable = kind == 2 ? await journal.CommitAsync(entry) : await journal.RecordAsync(entry);
    Say(durable ? string.Create(CultureInfo.InvariantCulture, $"ack {entryNumber} {pod} {version}") : "not durable");
}

void Say(string line)
{
    lock (output)
        output.Write(Encoding.ASCII.GetBytes(line + "\n"));
}
