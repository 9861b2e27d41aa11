namespace Speed;

/// <summary>Everything that was measured: for each row, contender and quantity the values of all rounds.</summary>
internal sealed class Figures
{
    private readonly Dictionary<(string Row, string Contender, string Quantity), List<double>> _values = [];

    public void Add(string row, string contender, string quantity, double value)
    {
        if (!_values.TryGetValue((row, contender, quantity), out var values)) _values[(row, contender, quantity)] = values = [];
        values.Add(value);
    }

    /// <summary>The values, in the order of the rounds; empty: it was not measured.</summary>
    public IReadOnlyList<double> Of(string row, string contender, string quantity) => _values.GetValueOrDefault((row, contender, quantity)) ?? [];

    /// <summary>The middle one; NaN: it was not measured.</summary>
    public double Median(string row, string contender, string quantity) => MedianOf(Of(row, contender, quantity));

    /// <summary>The smallest: what the quietest round shows. NaN: it was not measured.</summary>
    public double Least(string row, string contender, string quantity) => Of(row, contender, quantity).DefaultIfEmpty(double.NaN).Min();

    /// <summary>The middle one of the ratios of each round; a machine that is slow for a while is slow for both.</summary>
    public double Ratio(string row, string quantity, string one, string other) =>
        MedianOf([.. Of(row, one, quantity).Zip(Of(row, other, quantity), (a, b) => a / b)]);

    /// <summary>Quantities of a row, in the order in which they were first measured.</summary>
    public IReadOnlyList<string> Quantities(string row) => [.. _values.Keys.Where(key => key.Row == row).Select(key => key.Quantity).Distinct()];

    private static double MedianOf(IReadOnlyList<double> values)
    {
        if (values.Count == 0) return double.NaN;
        var sorted = values.Order().ToArray();
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
