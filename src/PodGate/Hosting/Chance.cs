using System.Security.Cryptography;

namespace PodGate.Hosting;

/// <summary>Where the gate takes chance from. One source, so that a simulation can put another in its place.</summary>
internal static class Chance
{
    /// <summary>A number from 0 up to, not including, 1: for jitter.</summary>
    public static double Fraction() => RandomNumberGenerator.GetInt32(int.MaxValue) / (double)int.MaxValue;

    /// <summary>A value never seen before: for the ids of latches.</summary>
    public static Guid Id() => new(RandomNumberGenerator.GetBytes(16));
}
