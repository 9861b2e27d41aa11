using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;
using Xunit.Abstractions;

namespace PodGate.Core.Tests;

/// <summary>
/// Tries a property on random cases and, when it fails, on smaller ones. Prints the seed; the environment variable <c>PODGATE_TEST_SEED</c> runs the same
/// cases again.
/// </summary>
internal static class SeededProperty
{
    /// <summary>Tries it.</summary>
    /// <param name="output">Where the seed goes.</param>
    /// <param name="cases">The cases, and how to make them smaller.</param>
    /// <param name="count">How many.</param>
    /// <param name="property">Throws when it does not hold.</param>
    public static void Holds<T>(ITestOutputHelper output, Arbitrary<T> cases, int count, Action<T> property)
    {
        var text = Environment.GetEnvironmentVariable("PODGATE_TEST_SEED");
        var seed = text is null ? (ulong)Random.Shared.NextInt64(1, long.MaxValue) : ulong.Parse(text, CultureInfo.InvariantCulture);
        output.WriteLine($"PODGATE_TEST_SEED={seed}");
        var config = Config.QuickThrowOnFailure
            .WithMaxTest(count)
            .WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(seed), FSharpOption<int>.None)));
        Check.One(config, Prop.ForAll(cases, property));
    }
}
