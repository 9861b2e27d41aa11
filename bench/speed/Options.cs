using System.Globalization;
using Speed.Rig;

namespace Speed;

/// <summary>The command line.</summary>
internal sealed record Options
{
    public const string Usage =
        "usage: bench/run [--contenders podgate,haproxy,...] [--rows small,latency,...] [--with NAME=VALUE,...]... [--rounds 5] [--seconds 5] [--warm 30] [--out FILE.md] | --list";

    public IReadOnlyList<ContenderKind> Contenders { get; private init; } = ContenderKind.All;

    public IReadOnlyList<Row> Rows { get; private init; } = Row.All;

    /// <summary>How often each row is measured with each contender, in turn.</summary>
    public int Rounds { get; private init; } = 5;

    /// <summary>How long each measurement takes.</summary>
    public double Seconds { get; private init; } = 5;

    /// <summary>How long a contender is under load before anything is measured: compilers and pools settle.</summary>
    public double Warm { get; private init; } = 30;

    public string? Out { get; private init; }

    public bool List { get; private init; }

    /// <summary>Null when it makes no sense; <paramref name="error"/> says why.</summary>
    public static Options? Parse(string[] arguments, out string error)
    {
        var options = new Options();
        error = "";
        for (var i = 0; i < arguments.Length; i += 2)
        {
            var (word, value) = (arguments[i], i + 1 < arguments.Length ? arguments[i + 1] : "");
            if (word == "--list") return options with { List = true };
            var next = word switch
            {
                "--contenders" => Pick(value, ContenderKind.All, kind => kind.Key) is { } kinds ? options with { Contenders = kinds } : null,
                "--with" => ContenderKind.With(value) is { } variant ? options with { Contenders = [.. options.Contenders, variant] } : null,
                "--rows" => Pick(value, Row.All, row => row.Name) is { } rows ? options with { Rows = rows } : null,
                "--rounds" => Number(value, 1, 100) is { } rounds ? options with { Rounds = (int)rounds } : null,
                "--seconds" => Number(value, 1, 600) is { } seconds ? options with { Seconds = seconds } : null,
                "--warm" => Number(value, 0, 600) is { } warm ? options with { Warm = warm } : null,
                "--out" => value.Length > 0 ? options with { Out = Path.GetFullPath(value) } : null,
                _ => null,
            };
            if (next is null)
            {
                error = word switch
                {
                    "--contenders" => $"--contenders {value}: some of {string.Join(",", ContenderKind.All.Select(kind => kind.Key))}",
                    "--rows" => $"--rows {value}: some of {string.Join(",", Row.All.Select(row => row.Name))}",
                    "--with" => $"--with {value}: environment variables of one more PodGate, NAME=VALUE,NAME=VALUE; after --contenders",
                    "--rounds" => $"--rounds {value}: 1 to 100",
                    "--seconds" or "--warm" => $"{word} {value}: seconds, at most 600",
                    _ => $"{word} {value}: not understood",
                };
                return null;
            }

            options = next;
        }

        return options;
    }

    private static double? Number(string text, double least, double most) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : null;

    private static List<T>? Pick<T>(string names, IReadOnlyList<T> all, Func<T, string> name)
    {
        var wanted = names.Split(',', StringSplitOptions.RemoveEmptyEntries).ToHashSet(StringComparer.Ordinal);
        var picked = all.Where(one => wanted.Contains(name(one))).ToList();
        return picked.Count == wanted.Count && picked.Count > 0 ? picked : null;
    }
}
