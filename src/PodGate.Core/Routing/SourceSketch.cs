using System.Numerics;

namespace PodGate.Core.Routing;

/// <summary>
/// Estimates how many distinct sources came, in 4 kB, however many they are (HyperLogLog with 4096 registers). What it tells is off by 1.6 % (one standard
/// deviation; two in three estimates are closer), and by at most one or two for a few dozen. It knows no address: who has it and the fleet's key cannot even
/// list who came, only guess and test.
/// <para>
/// Any thread may note, without a lock: mostly one load and a comparison; a register is written when a source is rarer than all before it, which becomes
/// seldom soon, and by exchange, so that nothing is lost between two.
/// </para>
/// </summary>
public sealed class SourceSketch
{
    /// <summary>Registers, a byte each.</summary>
    public const int Registers = 4096;

    /// <summary>The standard deviation of an estimate, as a share of it.</summary>
    public const double Error = 0.0163;

    // The lowest bits of the hash are the slot, of which a pod has some and others not: they are no chance to it. At most 22 of them are.
    private const int SlotBits = 22;
    private const int IndexBits = 12;
    private const int RankBits = 64 - SlotBits - IndexBits;

    private readonly byte[] _registers;

    /// <summary>Begins with no source.</summary>
    public SourceSketch()
        : this(new byte[Registers])
    {
    }

    private SourceSketch(byte[] registers) => _registers = registers;

    /// <summary>Whether there was no source.</summary>
    public bool IsEmpty => !_registers.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>The sketch that <see cref="ToArray"/> told of.</summary>
    /// <param name="registers">Its registers.</param>
    /// <exception cref="ArgumentException">They are not such registers.</exception>
    public static SourceSketch Of(ReadOnlySpan<byte> registers)
    {
        if (registers.Length != Registers) throw new ArgumentException($"A sketch has {Registers} registers, not {registers.Length}.", nameof(registers));
        if (registers.ContainsAnyExceptInRange((byte)0, (byte)(RankBits + 1)))
            throw new ArgumentException($"The registers of a sketch are 0 to {RankBits + 1}.", nameof(registers));
        return new SourceSketch(registers.ToArray());
    }

    /// <summary>A source has come, for the first time or again.</summary>
    /// <param name="hash">Its hash, as <see cref="SlotHashing.HashOf"/>.</param>
    public void Note(ulong hash)
    {
        ref var register = ref _registers[(int)(hash >> (64 - IndexBits))];
        var rank = RankOf(hash);
        var seen = Volatile.Read(ref register);
        while (rank > seen)
        {
            var found = Interlocked.CompareExchange(ref register, rank, seen);
            if (found == seen) return;
            seen = found;
        }
    }

    /// <summary>Takes in what another one has seen, as if all its sources had come here: who came to both counts once.</summary>
    /// <param name="other">The other one.</param>
    public void Add(SourceSketch other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var i = 0; i < Registers; i++)
        {
            var theirs = Volatile.Read(ref other._registers[i]);
            var ours = Volatile.Read(ref _registers[i]);
            while (theirs > ours)
            {
                var found = Interlocked.CompareExchange(ref _registers[i], theirs, ours);
                if (found == ours) break;
                ours = found;
            }
        }
    }

    /// <summary>About how many sources came.</summary>
    public long Estimate()
    {
        // Ertl's estimator (2017, "New cardinality estimation algorithms for HyperLogLog sketches"): it needs no correction, whether they are few or many.
        Span<int> counts = stackalloc int[RankBits + 2];
        counts.Clear();
        for (var i = 0; i < Registers; i++) counts[Volatile.Read(ref _registers[i])]++;
        if (counts[0] == Registers) return 0;
        var sum = Registers * Tau(1 - ((double)counts[RankBits + 1] / Registers));
        for (var rank = RankBits; rank >= 1; rank--) sum = (sum + counts[rank]) / 2;
        sum += Registers * Sigma((double)counts[0] / Registers);
        return (long)Math.Round((double)Registers * Registers / (2 * Math.Log(2) * sum));
    }

    /// <summary>Its registers, to be kept.</summary>
    public byte[] ToArray() => [.. _registers];

    /// <summary>What empty registers add.</summary>
    private static double Sigma(double share)
    {
        var (weight, sum, before) = (1.0, share, double.NaN);
        while (sum != before)
        {
            share *= share;
            before = sum;
            sum += share * weight;
            weight += weight;
        }

        return sum;
    }

    /// <summary>What registers that are full add.</summary>
    private static double Tau(double share)
    {
        if (share is 0 or 1) return 0;
        var (weight, sum, before) = (1.0, 1 - share, double.NaN);
        while (sum != before)
        {
            share = Math.Sqrt(share);
            before = sum;
            weight /= 2;
            sum -= (1 - share) * (1 - share) * weight;
        }

        return sum / 3;
    }

    private static byte RankOf(ulong hash)
    {
        // The bit below the ones that count ends the run of zeros at the latest.
        var counted = (hash << IndexBits) | (1UL << (64 - RankBits - 1));
        return (byte)(BitOperations.LeadingZeroCount(counted) + 1);
    }
}
