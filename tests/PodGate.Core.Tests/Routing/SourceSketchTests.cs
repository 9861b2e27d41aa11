using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Core.Tests.Routing;

/// <summary>How many came, told from 4 kB.</summary>
public sealed class SourceSketchTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(50)]
    [InlineData(1_000)]
    [InlineData(10_000)]
    [InlineData(20_000)]
    [InlineData(200_000)]
    public void Estimate_IsOffByHardlyMoreThanItsError(int sources)
    {
        const int Seed = 2026;
        var random = new Random(Seed);
        var errors = new List<double>();
        for (var run = 0; run < 20; run++)
        {
            var sketch = new SourceSketch();
            for (var i = 0; i < sources; i++) sketch.Note((ulong)random.NextInt64(long.MinValue, long.MaxValue));
            errors.Add(sketch.Estimate() - sources);
            Math.Abs(errors[^1]).Should().BeLessThanOrEqualTo(Math.Max(1.5, 5 * SourceSketch.Error * sources), "run {0}, seed {1}", run, Seed);
        }

        Math.Abs(errors.Average()).Should().BeLessThanOrEqualTo(Math.Max(1, 5 * SourceSketch.Error * sources / Math.Sqrt(20)), "it leans to neither side, seed {0}", Seed);
    }

    [Theory]
    [InlineData(256)]
    [InlineData(SlotHashing.DefaultSlots)]
    [InlineData(SlotHashing.MostSlots)]
    public void SourcesOfAPod_AreCountedAlike_WhicheverSlotsItHas(int slots)
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var hashing = new SlotHashing(new Key128(3, 4), slots);
        var (sketch, came) = (new SourceSketch(), new HashSet<uint>());
        while (came.Count < 30_000)
        {
            var address = (uint)random.NextInt64(uint.MaxValue);
            var hash = hashing.HashOf(new IPAddress(address));
            if (hashing.SlotOf(hash) % 3 != 0) continue;
            came.Add(address);
            sketch.Note(hash);
        }

        ((double)sketch.Estimate()).Should().BeApproximately(came.Count, 4 * SourceSketch.Error * came.Count, "seed {0}", Seed);
    }

    [Fact]
    public void WhoComesAgain_CountsOnce_AndWhoCameToBoth()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        for (var run = 0; run < 50; run++)
        {
            var (one, other, all) = (new SourceSketch(), new SourceSketch(), new SourceSketch());
            for (var i = 0; i < 3_000; i++)
            {
                // A few bits, so that many come twice.
                var hash = (ulong)random.Next(2_000) * 0x9e3779b97f4a7c15;
                (random.Next(2) == 0 ? one : other).Note(hash);
                all.Note(hash);
            }

            // As after a restart: what was kept, and what came since; in either order.
            var kept = SourceSketch.Of(one.ToArray());
            kept.Add(other);
            other.Add(one);
            kept.ToArray().Should().Equal(all.ToArray(), "run {0}, seed {1}", run, Seed);
            other.ToArray().Should().Equal(all.ToArray(), "run {0}, seed {1}", run, Seed);
            kept.Add(kept);
            kept.Estimate().Should().Be(all.Estimate());
        }
    }

    [Fact]
    public async Task ManyThreads_LoseNobody()
    {
        var (together, alone) = (new SourceSketch(), new SourceSketch());
        for (ulong i = 1; i <= 200_000; i++) alone.Note(i * 0x9e3779b97f4a7c15);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(part => Task.Run(() =>
        {
            for (ulong i = 1 + (ulong)part; i <= 200_000; i += 4) together.Note(i * 0x9e3779b97f4a7c15);
        })));
        together.ToArray().Should().Equal(alone.ToArray());
    }

    [Fact]
    public void RegistersThatAreNone_AreRefused()
    {
        FluentActions.Invoking(() => SourceSketch.Of(new byte[12])).Should().Throw<ArgumentException>().WithMessage("*4096 registers, not 12*");
        var wrong = new byte[SourceSketch.Registers];
        wrong[9] = 32;
        FluentActions.Invoking(() => SourceSketch.Of(wrong)).Should().Throw<ArgumentException>().WithMessage("*0 to 31*");
    }

    [Fact]
    public void Note_AllocatesNothing()
    {
        var (sketch, hash) = (new SourceSketch(), 1UL);
        Chance.AllocatedBytes(() => sketch.Note(hash *= 0x9e3779b97f4a7c15)).Should().Be(0);
    }
}
