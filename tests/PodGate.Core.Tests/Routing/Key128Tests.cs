using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

public sealed class Key128Tests
{
    private const string Text = "000102030405060708090a0b0c0d0e0f";
    private static readonly byte[] Bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    [Fact]
    public void ToString_BytesInOrder_FirstByteFirst()
    {
        var key = Key128.Create(Bytes);

        key.Should().Be(new Key128(0x0706050403020100, 0x0f0e0d0c0b0a0908));
        key.ToString().Should().Be(Text);
        $"{key}".Should().Be(Text);
    }

    [Fact]
    public void TryParse_WhatToStringWrites_IsTheSameKey()
    {
        const int Seed = 20261122;
        var random = new Random(Seed);
        var bytes = new byte[16];
        for (var i = 0; i < 1000; i++)
        {
            random.NextBytes(bytes);
            var key = Key128.Create(bytes);

            Key128.TryParse(key.ToString(), out var back).Should().BeTrue($"seed {Seed}");
            back.Should().Be(key);
            key.ToString().Should().Be(Convert.ToHexStringLower(bytes));
        }
    }

    [Theory]
    [InlineData("000102030405060708090A0B0C0D0E0F")]
    [InlineData("000102030405060708090a0B0c0D0e0F")]
    public void TryParse_CapitalLetters_AreTaken(string text)
    {
        Key128.TryParse(text, out var key).Should().BeTrue();
        key.Should().Be(Key128.Create(Bytes));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("000102030405060708090a0b0c0d0e0")]
    [InlineData("000102030405060708090a0b0c0d0e0f0")]
    [InlineData("000102030405060708090a0b0c0d0e0f00")]
    [InlineData("000102030405060708090a0b0c0d0e0g")]
    [InlineData(" 00102030405060708090a0b0c0d0e0f")]
    [InlineData("000102030405060708090a0b0c0d0e0 ")]
    [InlineData("0x0102030405060708090a0b0c0d0e0f")]
    [InlineData("00010203-0405-0607-0809-0a0b0c0d0e0f")]
    [InlineData("٠00102030405060708090a0b0c0d0e0f")]
    public void TryParse_AnythingElse_IsNoKey(string? text)
    {
        Key128.TryParse(text, out var key).Should().BeFalse();
        key.Should().Be(default(Key128));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(15)]
    [InlineData(17)]
    public void Create_NotSixteenBytes_IsRefused(int count)
    {
        var create = () => Key128.Create(new byte[count]);

        create.Should().Throw<ArgumentException>().WithMessage($"A key has 16 bytes, but {count} were given.*");
    }
}
