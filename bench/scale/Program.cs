using Scale;

(string Name, string Title, Func<Task> MeasureAsync)[] rows =
[
    ("probes", "1,000 pods, each probed every second, no requests", ManyPodsRows.ProbesAsync),
    ("drain", "1,000 pods: a drain, and an enable", ManyPodsRows.DrainAsync),
    ("reload", "1,000 pods: a reload that takes one away and adds one", ManyPodsRows.ReloadAsync),
    ("flapping", "100 pods, half of them sick at any time, others every five seconds", UnrestRow.MeasureAsync),
    ("sources", "1,000,000 source addresses", SourcesRow.MeasureAsync),
];

if (args is ["--list"])
{
    foreach (var row in rows) Console.WriteLine($"{row.Name,-10}{row.Title}");
    return 0;
}

var wanted = args.Length == 0 ? rows.Select(row => row.Name).ToHashSet() : args[0].Split(',').ToHashSet();
if (args.Length > 1 || wanted.Except(rows.Select(row => row.Name)).Any())
{
    Console.Error.WriteLine($"usage: bench/scale/run [--list | some of {string.Join(',', rows.Select(row => row.Name))}]");
    return 2;
}

foreach (var row in rows.Where(row => wanted.Contains(row.Name)))
{
    Console.WriteLine($"## {row.Title}");
    await row.MeasureAsync();
    Console.WriteLine();
}

return 0;
