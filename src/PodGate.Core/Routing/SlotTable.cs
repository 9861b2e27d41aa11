using System.Collections.Immutable;

namespace PodGate.Core.Routing;

/// <summary>Which pod owns which slot, by keyed rendezvous hashing.</summary>
internal sealed class SlotTable
{
    public ImmutableArray<int> Counts => throw new NotImplementedException();

    public static SlotTable Build(ImmutableArray<PodRoute> pods, SlotHashing hashing) => throw new NotImplementedException();

    public int OwnerIndex(int slot) => throw new NotImplementedException();

    public int BestIndex(ImmutableArray<PodRoute> pods, int slot, ReadOnlySpan<string> tried) => throw new NotImplementedException();
}
