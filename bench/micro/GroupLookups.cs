using System.Net;
using BenchmarkDotNet.Attributes;
using PodGate.Core.Groups;
using PodGate.Core.Routing;

namespace Micro;

/// <summary>Group look-up: what a request pays, while a canary runs, to be told whether it is of the canary's group. Must allocate nothing.</summary>
[MemoryDiagnoser]
public class GroupLookups
{
    private const int Clients = 256;

    private static readonly Key128 Key = Fleets.Hashing.Key;

    private GroupLookup _networks = GroupLookup.Nobody;
    private GroupLookup _slots = GroupLookup.Nobody;
    private GroupLookup _signed = GroupLookup.Nobody;
    private Signs _signs = new("");
    private IPAddress[] _clients = [];
    private int[] _slotsOf = [];

    [Params(10, 10_000)]
    public int Networks { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        // Every other network of a row, so that none are joined, and every other client is in.
        var networks = Enumerable.Range(0, Networks).Select(i => new IPNetwork(new IPAddress([10, (byte)(i >> 7), (byte)(i << 1), 0]), 24));
        var groups = new Dictionary<string, ClientGroup>
        {
            ["networks"] = new() { Networks = NetworkSet.Of([.. networks]) },
            ["slots"] = new() { SlotsOf256 = 13 },
            ["signed"] = new() { Header = new GroupSign("X-Early") },
        };
        _networks = GroupLookup.Of("networks", groups, Key, "canary-1");
        _slots = GroupLookup.Of("slots", groups, Key, "canary-1");
        _signed = GroupLookup.Of("signed", groups, Key, "canary-1");
        _signs = new Signs(GroupLookup.MarkOf(Key, "signed", SignKind.Header, "X-Early").Make(Fleets.Now.AddHours(1)));
        _clients = [.. Enumerable.Range(0, Clients).Select(i => i * Networks / Clients * 2 % (2 * Networks)).Select(InOrBeside)];
        _slotsOf = [.. _clients.Select(Fleets.Hashing.SlotOf)];
    }

    [Benchmark(OperationsPerInvoke = Clients)]
    public int ByNetworks() => Count(_networks);

    [Benchmark(OperationsPerInvoke = Clients)]
    public int BySlots() => Count(_slots);

    [Benchmark(OperationsPerInvoke = Clients)]
    public int BySignedHeader() => Count(_signed);

    private static IPAddress InOrBeside(int network, int index) =>
        new([10, (byte)((network + (index & 1)) >> 8), (byte)(network + (index & 1)), (byte)index]);

    private int Count(GroupLookup group)
    {
        var sum = 0;
        for (var i = 0; i < _clients.Length; i++)
        {
            if (group.Has(_clients[i], _slotsOf[i], _signs)) sum++;
        }

        return sum;
    }

    private sealed class Signs(string mark) : IClientSigns
    {
        public bool ComesByTrustedProxy => false;

        public DateTimeOffset Moment => Fleets.Now;

        public ReadOnlySpan<char> HostName => "example.com";

        public ReadOnlySpan<char> ValueOf(SignKind kind, string name) => mark;
    }
}
