using System.Globalization;
using Canaries;
using PodGate.Core.Canaries;
using PodGate.Core.Tests.Canaries;

// canaries [LIVES] [--hours H] [--group N] [--seed N] [--out FILE.md]: lives of canaries, equal ones and bad ones, in different worlds.
var (lives, hours, group, seed, output) = (1000, 4.0, 200, 1UL, default(string));
for (var i = 0; i < args.Length; i++)
{
    var next = i + 1 < args.Length ? args[i + 1] : "";
    if (i == 0 && int.TryParse(args[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 20 and <= 1_000_000) lives = number;
    else if (args[i] == "--hours" && double.TryParse(next, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out hours) && hours is > 0 and <= 48) i++;
    else if (args[i] == "--group" && int.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out group) && group is >= 20 and <= 2000) i++;
    else if (args[i] == "--seed" && ulong.TryParse(next, NumberStyles.None, CultureInfo.InvariantCulture, out seed)) i++;
    else if (args[i] == "--out" && next.Length > 0) output = Path.GetFullPath(args[++i]);
    else
    {
        Console.Error.WriteLine("usage: bench/soak/canaries [LIVES: 20 to 1000000; 1000] [--hours H: up to 48; 4] [--group N: sources, 20 to 2000; 200] [--seed N: 1] [--out FILE.md]");
        return 2;
    }
}

var settings = new CanarySettings();
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}; {group} sources on the canary, {3 * group} on two other pods; {hours:0.#} h each, looked at every ten seconds; false aborts allowed: {settings.FalseAbortPercent} %"));
var rows = new List<Row>();
foreach (var fault in CanaryFault.All)
{
    foreach (var world in CanaryWorld.All.Select(world => world with { Group = group, Others = 3 * group }))
    {
        var ends = new CanaryEnd[fault == CanaryFault.Nothing ? lives : Math.Max(20, lives / 10)];
        Parallel.For(0, ends.Length, life => ends[life] = CanaryLife.Live(world, fault, settings, seed + (ulong)life, TimeSpan.FromHours(hours)));
        rows.Add(new Row(world, fault, ends));
        Console.WriteLine(rows[^1].Line);
    }
}

var wrong = rows.Select(row => row.Wrong(settings, group >= 200)).OfType<string>().ToList();
foreach (var what in wrong) Console.WriteLine(what);
if (output is not null)
{
    await File.WriteAllTextAsync(output, Row.ToMarkdown(rows));
    Console.WriteLine($"written: {output}");
}

Console.WriteLine(wrong.Count == 0 ? "PASS" : "FAIL");
return wrong.Count == 0 ? 0 : 1;
