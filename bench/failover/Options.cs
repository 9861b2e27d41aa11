using System.Globalization;
using Failover.Rig;

namespace Failover;

/// <summary>The command line.</summary>
internal sealed record Options(IReadOnlyList<ProxyKind> Proxies, IReadOnlyList<Row> Rows, TimeSpan Length, string? Out, bool List)
{
    public const string Usage =
        "usage: bench/failover/run [--proxies podgate,haproxy,nginx,caddy] [--rows killed,frozen,...] [--seconds 10] [--out FILE.md] | --list";

    private const int Shortest = 2;
    private const int Longest = 60;

    /// <summary>Null when it makes no sense; <paramref name="error"/> says why.</summary>
    public static Options? Parse(string[] arguments, out string error)
    {
        var options = new Options(ProxyKind.All, Failover.Rows.All, TimeSpan.FromSeconds(10), null, false);
        error = "";
        for (var i = 0; i < arguments.Length; i++)
        {
            var (word, value) = (arguments[i], i + 1 < arguments.Length ? arguments[i + 1] : "");
            switch (word)
            {
                case "--list":
                    options = options with { List = true };
                    continue;
                case "--proxies" when Pick(value, ProxyKind.All, kind => kind.Key) is { } kinds:
                    options = options with { Proxies = kinds };
                    break;
                case "--rows" when Pick(value, Failover.Rows.All, row => row.Name) is { } rows:
                    options = options with { Rows = rows };
                    break;
                case "--seconds" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds is >= Shortest and <= Longest:
                    options = options with { Length = TimeSpan.FromSeconds(seconds) };
                    break;
                case "--out" when value.Length > 0:
                    options = options with { Out = Path.GetFullPath(value) };
                    break;
                default:
                    error = word switch
                    {
                        "--proxies" => $"--proxies {value}: some of {string.Join(",", ProxyKind.All.Select(kind => kind.Key))}",
                        "--rows" => $"--rows {value}: some of {string.Join(",", Failover.Rows.All.Select(row => row.Name))}",
                        "--seconds" => $"--seconds {value}: {Shortest} to {Longest}",
                        _ => $"{word}: not understood",
                    };
                    return null;
            }

            i++;
        }

        return options;
    }

    /// <summary>The named ones, in the order of the whole list; null when there is none or one is not known.</summary>
    private static List<T>? Pick<T>(string names, IReadOnlyList<T> all, Func<T, string> name)
    {
        var wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var picked = all.Where(one => wanted.Contains(name(one))).ToList();
        return picked.Count == wanted.Count && picked.Count > 0 ? picked : null;
    }
}
