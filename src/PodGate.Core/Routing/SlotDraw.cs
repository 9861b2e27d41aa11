using System.Text;

namespace PodGate.Core.Routing;

/// <summary>What a pod draws its numbers from: a score for each slot, and a threshold of its share. The same in every gate of the key.</summary>
internal readonly record struct SlotDraw(ulong ScoreKey, ulong ShareKey)
{
    /// <summary>Of a pod.</summary>
    /// <param name="pod">The name, never the position: a pod keeps its slots wherever it stands in the configuration.</param>
    /// <param name="key">The fleet's key.</param>
    public static SlotDraw Of(string pod, Key128 key)
    {
        var message = new byte[Encoding.UTF8.GetByteCount(pod) + 1];
        Encoding.UTF8.GetBytes(pod, message);
        message[^1] = (byte)HashDomain.PodScore;
        var scoreKey = SipHash.Compute(key, message);
        message[^1] = (byte)HashDomain.PodShare;
        return new SlotDraw(scoreKey, SipHash.Compute(key, message));
    }

    /// <summary>Of a canary; it has no score. Its thresholds have to do neither with any pod's nor with another canary's.</summary>
    /// <param name="canary">What tells it from all others.</param>
    /// <param name="key">The fleet's key.</param>
    public static SlotDraw OfCanary(string canary, Key128 key)
    {
        var message = new byte[Encoding.UTF8.GetByteCount(canary) + 1];
        Encoding.UTF8.GetBytes(canary, message);
        message[^1] = (byte)HashDomain.CanaryShare;
        return new SlotDraw(0, SipHash.Compute(key, message));
    }

    /// <summary>A slot's number, spread over 64 bits; the same for all pods, so it is done once a slot.</summary>
    public static ulong Spread(int slot) => (ulong)slot * 0x9e3779b97f4a7c15;

    /// <summary>The number that the pod draws for a slot; the highest wins.</summary>
    public ulong Score(ulong spread) => Mix(ScoreKey ^ spread);

    /// <summary>
    /// Whether a share of the pod covers a slot: each slot has a threshold of 0 to 255 for each pod, independent of its score. Whatever a share covers, every
    /// larger share covers too: that is what makes a ramp monotone.
    /// </summary>
    public bool Covers(ulong spread, int share) => share == PodRoute.FullShare || (int)(Mix(ShareKey ^ spread) >> 56) < share;

    // The finalizer of SplitMix64: one changed bit of the argument changes each bit of the result with a chance of one half. It
    // need not be a keyed hash, because its argument is: nobody outside sees a pod's key, a slot's number or a score.
    private static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}
