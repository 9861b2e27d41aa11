namespace PodGate.Core.Tests.Canaries;

/// <summary>Chance that is the same for the same seed on every machine, and cheap: xoshiro256**, seeded by splitmix64.</summary>
internal sealed class Dice
{
    private static readonly double[] Normals = ManyNormals();
    private ulong _a, _b, _c, _d;

    public Dice(ulong seed) => (_a, _b, _c, _d) = (Split(ref seed), Split(ref seed), Split(ref seed), Split(ref seed));

    public ulong Next()
    {
        var result = ulong.RotateLeft(_b * 5, 7) * 9;
        var shifted = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= shifted;
        _d = ulong.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>0 to below 1.</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A standard normal number, one of 8,192.</summary>
    public double Normal() => Normals[Next() >> 51];

    /// <summary>A number of that median whose logarithm deviates by so much.</summary>
    public double LogNormal(double median, double deviation) => median * Math.Exp(deviation * Normal());

    /// <summary>How often something happens that happens so often on average.</summary>
    public int Poisson(double mean)
    {
        if (mean > 30) return (int)Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal())));
        var (count, left, limit) = (0, Unit(), Math.Exp(-mean));
        for (; left > limit; count++) left *= Unit();
        return count;
    }

    /// <summary>A gamma number with mean 1; the smaller the shape, the more is with a few (Marsaglia and Tsang).</summary>
    public double Gamma(double shape)
    {
        var (d, boost) = (shape + 1 - (1.0 / 3), Math.Pow(1 - Unit(), 1 / shape));
        while (true)
        {
            var x = Normal();
            var v = Math.Pow(1 + (x / Math.Sqrt(9 * d)), 3);
            if (v > 0 && Math.Log(1 - Unit()) < (x * x / 2) + d - (d * v) + (d * Math.Log(v))) return d * v * boost / shape;
        }
    }

    private static ulong Split(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    // Drawn by Box and Muller in pairs of opposite signs, so that their mean is zero.
    private static double[] ManyNormals()
    {
        var (normals, state) = (new double[8192], 1UL);
        double Draw() => ((Split(ref state) >> 11) + 1) * (1.0 / (1UL << 53));
        for (var i = 0; i < normals.Length; i += 2)
        {
            normals[i] = Math.Sqrt(-2 * Math.Log(Draw())) * Math.Cos(2 * Math.PI * Draw());
            normals[i + 1] = -normals[i];
        }

        return normals;
    }
}
