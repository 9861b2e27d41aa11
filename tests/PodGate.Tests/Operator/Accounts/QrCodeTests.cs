using System.Globalization;
using System.Text;
using PodGate.Operator.Accounts;

namespace PodGate.Tests.Operator.Accounts;

/// <summary>QR codes, read back from the picture as a reader does, and compared with what the standard has worked out.</summary>
public sealed class QrCodeTests
{
    private const string Longest = "otpauth://totp/PodGate:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=PodGate";

    // ISO/IEC 18004, annex I: the data of "01234567" in version 1-M, and their error correction.
    [Fact]
    public void ReedSolomon_OfTheStandardsExample_IsTheStandards() =>
        ReedSolomon.Check(Convert.FromHexString("10200C566180EC11EC11EC11EC11EC11"), 10).Should().Equal(Convert.FromHexString("A524D4C1ED36C7872C55"));

    // The standard's table of format information for level M.
    [Theory]
    [InlineData(0, "101010000010010")]
    [InlineData(1, "101000100100101")]
    [InlineData(2, "101111001111100")]
    [InlineData(3, "101101101001011")]
    [InlineData(4, "100010111111001")]
    [InlineData(5, "100000011001110")]
    [InlineData(6, "100111110010111")]
    [InlineData(7, "100101010100000")]
    public void Format_OfAMask_IsTheStandards(int mask, string bits) => $"{QrCode.FormatOf(mask):b15}".Should().Be(bits);

    // The standard's table of version information.
    [Theory]
    [InlineData(7, 0x07C94)]
    [InlineData(8, 0x085BC)]
    [InlineData(9, 0x09A99)]
    [InlineData(10, 0x0A4D3)]
    public void VersionBits_OfAVersion_AreTheStandards(int version, int bits) => QrCode.VersionBitsOf(version).Should().Be(bits);

    // The standard's table of capacities, bytes at level M: the most that fit, and one more.
    [Theory]
    [InlineData(14, 1)]
    [InlineData(15, 2)]
    [InlineData(26, 2)]
    [InlineData(42, 3)]
    [InlineData(62, 4)]
    [InlineData(84, 5)]
    [InlineData(106, 6)]
    [InlineData(122, 7)]
    [InlineData(152, 8)]
    [InlineData(180, 9)]
    [InlineData(181, 10)]
    [InlineData(213, 10)]
    public void Version_OfSoManyBytes_IsTheSmallestThatTheyFitInto(int bytes, int version) => QrCodewords.VersionOf(new string('x', bytes)).Should().Be(version);

    [Fact]
    public void Text_ThatFitsIntoNone_IsRefused() =>
        FluentActions.Invoking(() => QrCode.Of(new string('x', 214))).Should().Throw<ArgumentException>().WithMessage("*214 bytes; at most 213*");

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("Grüße aus Nürnberg")]
    [InlineData(Longest)]
    public void Picture_ReadBack_IsTheText(string text)
    {
        var code = QrCode.Of(text);
        Read(code).Should().Be(text);
    }

    [Fact]
    public void Picture_OfEveryVersion_IsReadBack()
    {
        foreach (var bytes in new[] { 14, 26, 42, 62, 84, 106, 122, 152, 180, 213 })
        {
            var text = string.Concat(Enumerable.Range(0, bytes).Select(i => (char)('A' + (i % 26))));
            Read(QrCode.Of(text)).Should().Be(text);
        }
    }

    [Fact]
    public void Picture_HasFindersWithTheirRims_Timing_AndTheDarkModule()
    {
        var code = QrCode.Of(Longest);
        string[] finder = ["#######.", "#.....#.", "#.###.#.", "#.###.#.", "#.###.#.", "#.....#.", "#######.", "........"];
        for (var i = 0; i < 8; i++)
        {
            for (var j = 0; j < 8; j++)
            {
                var isDark = finder[j][i] == '#';
                (code[i, j], code[code.Size - 1 - i, j], code[i, code.Size - 1 - j]).Should().Be((isDark, isDark, isDark));
            }
        }

        for (var i = 8; i < code.Size - 8; i++) (code[i, 6], code[6, i]).Should().Be((i % 2 == 0, i % 2 == 0));
        code[8, code.Size - 8].Should().BeTrue();
    }

    [Fact]
    public void Path_HasEveryDarkModuleOnce()
    {
        var code = QrCode.Of("otpauth://totp/PodGate:anna");
        var drawn = code.Path().Split('z', StringSplitOptions.RemoveEmptyEntries).SelectMany(run =>
        {
            var parts = run.Split('M', ' ', 'h', 'v');
            return Enumerable.Range(Number(parts[1]), Number(parts[3])).Select(x => (X: x - QrCode.Rim, Y: Number(parts[2]) - QrCode.Rim));
        }).ToList();
        drawn.Should().OnlyHaveUniqueItems();
        var dark = from x in Enumerable.Range(0, code.Size) from y in Enumerable.Range(0, code.Size) where code[x, y] select (x, y);
        drawn.Order().Should().Equal(dark.Order());
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Reads as a reader does: the format says the mask, each block must verify, and then come mode, length and text.</summary>
    private static string Read(QrCode code)
    {
        ReadFormats(code).Should().AllBeEquivalentTo(QrCode.FormatOf(code.Mask));
        var bits = code.DataModules().Select(at => code[at.X, at.Y] ^ QrCode.Turns(code.Mask, at.X, at.Y)).ToList();
        var codewords = bits.Chunk(8).Where(chunk => chunk.Length == 8).Select(chunk => (byte)chunk.Aggregate(0, (all, bit) => (all << 1) | (bit ? 1 : 0))).ToArray();
        var data = Deinterleave(codewords, code.Version);
        var isLong = code.Version >= 10;
        (data[0] >> 4).Should().Be(0b0100, "the mode is bytes");
        var length = isLong ? ((data[0] & 15) << 12) | (data[1] << 4) | (data[2] >> 4) : ((data[0] & 15) << 4) | (data[1] >> 4);
        var from = isLong ? 2 : 1;
        return Encoding.UTF8.GetString([.. Enumerable.Range(from, length).Select(i => (byte)((data[i] << 4) | (data[i + 1] >> 4)))]);
    }

    private static byte[] Deinterleave(byte[] codewords, int version)
    {
        var (count, check) = QrCodewords.BlocksOf(version);
        var room = QrCodewords.DataBytes(version);
        codewords.Length.Should().Be(room + (count * check));
        var lengths = Enumerable.Range(0, count).Select(block => (room / count) + (block >= count - (room % count) ? 1 : 0)).ToArray();
        var blocks = lengths.Select(_ => new List<byte>()).ToArray();
        var at = 0;
        for (var i = 0; i < lengths.Max(); i++)
        {
            for (var block = 0; block < count; block++)
            {
                if (i < lengths[block]) blocks[block].Add(codewords[at++]);
            }
        }

        var data = blocks.SelectMany(block => block).ToArray();
        for (var i = 0; i < check; i++)
        {
            foreach (var block in blocks) block.Add(codewords[at++]);
        }

        foreach (var block in blocks)
        {
            for (var power = 0; power < check; power++)
                block.Aggregate((byte)0, (value, one) => (byte)(ReedSolomon.Multiply(value, ReedSolomon.Power(power)) ^ one)).Should().Be(0, "the block is zero there");
        }

        return data;
    }

    /// <summary>Both copies, each from its highest bit, along the way that the standard's figure shows.</summary>
    private static IEnumerable<int> ReadFormats(QrCode code)
    {
        var last = code.Size - 1;
        (int X, int Y)[] around =
        [
            (0, 8), (1, 8), (2, 8), (3, 8), (4, 8), (5, 8), (7, 8), (8, 8), (8, 7), (8, 5), (8, 4), (8, 3), (8, 2), (8, 1), (8, 0),
        ];
        (int X, int Y)[] apart =
        [
            (8, last), (8, last - 1), (8, last - 2), (8, last - 3), (8, last - 4), (8, last - 5), (8, last - 6),
            (last - 7, 8), (last - 6, 8), (last - 5, 8), (last - 4, 8), (last - 3, 8), (last - 2, 8), (last - 1, 8), (last, 8),
        ];
        foreach (var copy in new[] { around, apart }) yield return copy.Aggregate(0, (all, at) => (all << 1) | (code[at.X, at.Y] ? 1 : 0));
    }
}
