namespace PodGate.Tidy;

/// <summary>One place that breaks a rule, with what would be right.</summary>
internal sealed record Finding(string Path, int Line, string Message)
{
    public override string ToString() => Line > 0 ? $"{Path}:{Line}: {Message}" : $"{Path}: {Message}";
}

internal static class Findings
{
    private const int MostShown = 60;

    /// <summary>Fails with every finding on a line of its own, so that one run shows all that is to be done.</summary>
    public static void ShouldBeNone(this IEnumerable<Finding> findings)
    {
        var all = findings.ToList();
        if (all.Count == 0)
        {
            return;
        }

        var shown = string.Join("\n", all.Take(MostShown));
        var rest = all.Count > MostShown ? $"\n... and {all.Count - MostShown} more" : "";
        Assert.Fail($"{all.Count} finding(s):\n{shown}{rest}");
    }
}
