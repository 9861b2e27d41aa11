using System.Globalization;
using System.Text;

namespace PodGate.Operator.Accounts;

/// <summary>
/// A text as a QR code (ISO/IEC 18004), level M, so that an authenticator app reads by the camera what nobody likes to type. Made here: it shows a secret,
/// which no other site's drawing and no foreign script is to see.
/// </summary>
internal sealed class QrCode
{
    /// <summary>The light rim that readers want, in modules.</summary>
    public const int Rim = 4;

    private const int FinderSize = 7;
    private const int TimingAt = 6;
    private const int FirstVersionThatSaysSo = 7;

    // Annex E: where the centres of the alignment patterns are, in both directions, by version.
    private static readonly int[][] Centres =
    [
        [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
    ];

    private readonly bool[,] _isDark;
    private readonly bool[,] _isFixed;

    private QrCode(int version, byte[] codewords)
    {
        Version = version;
        Size = 17 + (4 * version);
        _isDark = new bool[Size, Size];
        _isFixed = new bool[Size, Size];
        DrawPatterns();
        DrawFormat(0);
        Place(codewords);
        Mask = Enumerable.Range(0, 8).MinBy(PenaltyWith);
        Apply(Mask);
        DrawFormat(Mask);
    }

    /// <summary>1 to 10: how large it is.</summary>
    public int Version { get; }

    /// <summary>Modules in each direction.</summary>
    public int Size { get; }

    /// <summary>Which of the eight masks lies over the data.</summary>
    public int Mask { get; }

    /// <summary>Whether a module is dark.</summary>
    /// <param name="x">From the left.</param>
    /// <param name="y">From the top.</param>
    public bool this[int x, int y] => _isDark[x, y];

    /// <summary>Draws a text.</summary>
    /// <param name="text">The text, of at most 213 bytes.</param>
    public static QrCode Of(string text)
    {
        var version = QrCodewords.VersionOf(text);
        return new QrCode(version, QrCodewords.Of(text, version));
    }

    /// <summary>Whether a module is none of the data's: patterns, format and version.</summary>
    /// <param name="x">From the left.</param>
    /// <param name="y">From the top.</param>
    public bool IsFixed(int x, int y) => _isFixed[x, y];

    /// <summary>The dark modules as the path of an SVG picture, with the rim around them.</summary>
    public string Path()
    {
        var path = new StringBuilder();
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                if (!_isDark[x, y]) continue;
                var begin = x;
                while (x < Size && _isDark[x, y]) x++;
                path.Append(CultureInfo.InvariantCulture, $"M{begin + Rim} {y + Rim}h{x - begin}v1h-{x - begin}z");
            }
        }

        return path.ToString();
    }

    /// <summary>Level M and a mask, with their error correction (section 7.9).</summary>
    /// <param name="mask">0 to 7.</param>
    public static int FormatOf(int mask) => ((mask << 10) | Remainder(mask, 10, 0x537)) ^ 0x5412;

    /// <summary>A version with its error correction (section 7.10).</summary>
    /// <param name="version">7 to 10.</param>
    public static int VersionBitsOf(int version) => (version << 12) | Remainder(version, 12, 0x1F25);

    /// <summary>Whether a mask turns a module over (section 7.8).</summary>
    /// <param name="mask">0 to 7.</param>
    /// <param name="x">From the left.</param>
    /// <param name="y">From the top.</param>
    public static bool Turns(int mask, int x, int y) => mask switch
    {
        0 => (x + y) % 2 == 0,
        1 => y % 2 == 0,
        2 => x % 3 == 0,
        3 => (x + y) % 3 == 0,
        4 => ((x / 3) + (y / 2)) % 2 == 0,
        5 => (x * y % 2) + (x * y % 3) == 0,
        6 => ((x * y % 2) + (x * y % 3)) % 2 == 0,
        7 => (((x + y) % 2) + (x * y % 3)) % 2 == 0,
        _ => throw new ArgumentOutOfRangeException(nameof(mask), mask, "There are eight masks, 0 to 7."),
    };

    /// <summary>The modules that take data, in the order in which they take it: pairs of columns from the right, upwards and downwards in turn.</summary>
    public IEnumerable<(int X, int Y)> DataModules()
    {
        var isUpwards = true;
        for (var right = Size - 1; right > 0; right -= 2)
        {
            if (right == TimingAt) right--;
            for (var step = 0; step < Size; step++)
            {
                var y = isUpwards ? Size - 1 - step : step;
                for (var x = right; x > right - 2; x--)
                {
                    if (!_isFixed[x, y]) yield return (x, y);
                }
            }

            isUpwards = !isUpwards;
        }
    }

    private static int Remainder(int value, int degree, int generator)
    {
        var rest = value;
        for (var i = 0; i < degree; i++) rest = (rest << 1) ^ ((rest >> (degree - 1)) * generator);
        return rest;
    }

    private void Fix(int x, int y, bool isDark)
    {
        if (x < 0 || y < 0 || x >= Size || y >= Size) return;
        _isDark[x, y] = isDark;
        _isFixed[x, y] = true;
    }

    private void DrawPatterns()
    {
        for (var i = 0; i < Size; i++)
        {
            Fix(i, TimingAt, i % 2 == 0);
            Fix(TimingAt, i, i % 2 == 0);
        }

        foreach (var (x, y) in new[] { (3, 3), (Size - 4, 3), (3, Size - 4) }) DrawRings(x, y, (FinderSize / 2) + 1, distance => distance is 2 or 4);
        var centres = Centres[Version - 1];
        foreach (var x in centres)
        {
            foreach (var y in centres)
            {
                // Three corners are the finders'.
                var isCorner = (x == TimingAt && y == TimingAt) || (x == TimingAt && y == centres[^1]) || (x == centres[^1] && y == TimingAt);
                if (!isCorner) DrawRings(x, y, 2, distance => distance == 1);
            }
        }

        if (Version < FirstVersionThatSaysSo) return;
        for (var bit = 0; bit < 18; bit++)
        {
            var isDark = ((VersionBitsOf(Version) >> bit) & 1) != 0;
            var (along, across) = (bit / 3, Size - 11 + (bit % 3));
            Fix(along, across, isDark);
            Fix(across, along, isDark);
        }
    }

    /// <summary>Squares around each other, dark but for some.</summary>
    private void DrawRings(int centreX, int centreY, int radius, Predicate<int> isLight)
    {
        for (var x = -radius; x <= radius; x++)
        {
            for (var y = -radius; y <= radius; y++) Fix(centreX + x, centreY + y, !isLight(Math.Max(Math.Abs(x), Math.Abs(y))));
        }
    }

    /// <summary>Twice, since nothing can be read without it.</summary>
    private void DrawFormat(int mask)
    {
        var format = FormatOf(mask);
        for (var bit = 0; bit < 15; bit++)
        {
            var isDark = ((format >> bit) & 1) != 0;

            // Around the upper left finder, leaving the timing patterns out.
            if (bit < 8) Fix(8, bit < TimingAt ? bit : bit + 1, isDark);
            else Fix(bit == 8 ? 7 : 14 - bit, 8, isDark);

            // Below the upper right one, and beside the lower left one.
            if (bit < 8) Fix(Size - 1 - bit, 8, isDark);
            else Fix(8, Size - 15 + bit, isDark);
        }

        Fix(8, Size - 8, isDark: true);
    }

    private void Place(byte[] codewords)
    {
        // What is left over in some versions stays light.
        foreach (var ((x, y), bit) in DataModules().Zip(Enumerable.Range(0, codewords.Length * 8)))
            _isDark[x, y] = ((codewords[bit / 8] >> (7 - (bit % 8))) & 1) != 0;
    }

    /// <summary>Lays a mask over the data, or takes it away again.</summary>
    private void Apply(int mask)
    {
        foreach (var (x, y) in DataModules()) _isDark[x, y] ^= Turns(mask, x, y);
    }

    private int PenaltyWith(int mask)
    {
        Apply(mask);
        DrawFormat(mask);
        var penalty = QrPenalty.Of(Size, (x, y) => _isDark[x, y]);
        Apply(mask);
        return penalty;
    }
}
