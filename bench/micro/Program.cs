using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Micro;
using Perfolizer.Horology;

string[] questions = ["--list", "--help", "--info", "--version"];
var asksOnly = args.Any(argument => questions.Contains(argument.Split('=')[0]));

// Without a filter BenchmarkDotNet would ask, and nobody is there to answer.
string[] all = args.Any(argument => argument is "-f" || argument.StartsWith("--filter", StringComparison.Ordinal)) ? [] : ["--filter", "*"];

// In this process, whatever job is asked for: nothing is generated, restored or built while it runs.
var config = ManualConfig.CreateEmpty()
    .AddLogger(ConsoleLogger.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddExporter(MarkdownExporter.GitHub, BenchmarkDotNet.Exporters.Json.JsonExporter.Full)
    .AddJob(new Job().WithToolchain(InProcessEmitToolchain.Instance).AsMutator())
    .WithOptions(ConfigOptions.DisableLogFile);

// A job of the command line's takes the place of this short one. The warm-up is long enough for the just-in-time compiler's last word.
if (!args.Any(argument => argument is "-j" || argument.StartsWith("--job", StringComparison.Ordinal)))
{
    config.AddJob(new Job("Short").WithWarmupCount(5).WithIterationCount(7).WithIterationTime(TimeInterval.FromMilliseconds(200)).AsDefault());
}

var summaries = BenchmarkSwitcher.FromAssembly(typeof(SlotLookup).Assembly).Run([.. args, .. all], config).ToList();
foreach (var (pods, (plain, compressed)) in MetricsScrape.PageSizes) Console.WriteLine($"metrics page of {pods} pods: {plain} bytes, compressed {compressed}");
if (asksOnly) return 0;

var wanted = summaries.Sum(summary => summary.BenchmarksCases.Length);
var measured = summaries.Sum(summary => summary.Reports.Count(report => report.Success));
Console.WriteLine($"micro: {measured} of {wanted} benchmarks were measured");
return measured > 0 && measured == wanted ? 0 : 1;
