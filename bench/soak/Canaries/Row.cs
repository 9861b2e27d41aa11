using System.Globalization;
using PodGate.Core.Canaries;
using PodGate.Core.Tests.Canaries;

namespace Canaries;

/// <summary>What became of the canaries with one fault in one world.</summary>
internal sealed class Row(CanaryWorld world, CanaryFault fault, CanaryEnd[] ends)
{
    private readonly CanaryEnd[] _aborted = [.. ends.Where(end => end.IsAborted).OrderBy(end => end.Requests)];

    public string Line => string.Create(
        CultureInfo.InvariantCulture,
        $"{fault,-26} {world,-28} {ends.Length,6} lives: {Aborted,6:0.00} % aborted, {Passed,5:0.0} % passed, {Ever,5:0.0} % ever; {Needed}");

    private double Aborted => 100.0 * _aborted.Length / ends.Length;

    private double Passed => 100.0 * ends.Count(end => end.Last.Verdict == CanaryVerdict.Pass) / ends.Length;

    private double Ever => 100.0 * ends.Count(end => end.EverPassed) / ends.Length;

    private string Needed => _aborted.Length == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture,
        $"half after {At(50).Requests} requests ({At(50).Failures} failed, {At(50).Minutes:0} min), nine of ten after {At(90).Requests} ({At(90).Failures} failed, {At(90).Minutes:0} min)");

    /// <summary>What is not as it should be; null: nothing.</summary>
    /// <param name="settings">What is allowed.</param>
    /// <param name="isLarge">The group is large enough for bad ones to be found.</param>
    public string? Wrong(CanarySettings settings, bool isLarge)
    {
        if (fault != CanaryFault.Nothing)
            return Aborted >= 80 || !isLarge ? null : string.Create(CultureInfo.InvariantCulture, $"{world}, {fault}: {Aborted:0.0} % were found; 80 % must be");
        var allowed = ends.Length * settings.FalseAbortPercent / 100;

        // Three deviations above what is allowed would be seen once in a thousand times if exactly that were so.
        return _aborted.Length <= allowed + (3 * Math.Sqrt(allowed))
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"{world}: {Aborted:0.00} % of equal canaries were aborted; {settings.FalseAbortPercent} % are allowed");
    }

    public static string ToMarkdown(IEnumerable<Row> rows) =>
        "| canary | world | lives | aborted | passed at the end | requests until half were | until nine of ten were |\n|---|---|---|---|---|---|---|\n"
        + string.Concat(rows.Select(row => row.Cells));

    private string Cells => string.Create(
        CultureInfo.InvariantCulture,
        $"| {fault} | {world} | {ends.Length} | {Aborted:0.00} % | {Passed:0.0} % | {Words(50)} | {Words(90)} |\n");

    private string Words(int percent) => fault == CanaryFault.Nothing || _aborted.Length == 0 ? "" : string.Create(
        CultureInfo.InvariantCulture, $"{At(percent).Requests:N0} ({At(percent).Failures:N0} failed, {At(percent).Minutes:0} min)");

    private CanaryEnd At(int percent) => _aborted[Math.Min(_aborted.Length - 1, _aborted.Length * percent / 100)];
}
