using System.Net;
using PodGate.Core.Routing;

namespace PodGate.Core.Groups;

/// <summary>
/// Who is in a group, in a form that can be asked on the request path without allocating. Immutable; made for one canary, since each has another share of
/// the slots.
/// <para>
/// Nobody puts himself into a group that is not open: addresses and slots are what the gate sees; a header counts as it is when a trusted proxy sent the
/// request, which sets or removes it; and headers and cookies of anybody count when the gate has signed them for this group. A plain cookie is never
/// enough, since proxies hand on what clients send.
/// </para>
/// </summary>
public sealed class GroupLookup
{
    private readonly Rule[] _own;
    private readonly Rule[] _anyOf;

    private GroupLookup(string name, Rule[] own, Rule[] anyOf) => (Name, _own, _anyOf) = (name, own, anyOf);

    /// <summary>The group that no client is in, whatever he sends.</summary>
    public static GroupLookup Nobody { get; } = new(ClientGroup.Nobody, [], []);

    /// <summary>The group's name.</summary>
    public string Name { get; }

    /// <summary>Whether nobody is in it, whoever asks.</summary>
    public bool IsEmpty => _own.Length == 0;

    /// <summary>Makes it of a group; of one that is not there (any more), or <see cref="ClientGroup.Nobody"/>, nobody.</summary>
    /// <param name="name">The group's name.</param>
    /// <param name="groups">All groups, by name.</param>
    /// <param name="key">The fleet's key.</param>
    /// <param name="canary">What tells this canary from all others: it chooses the slots of a share.</param>
    /// <param name="share">Of 256 parts of the group's slots so many, 0 to 256; whoever is in it at one share is in it at every larger one.</param>
    public static GroupLookup Of(string name, IReadOnlyDictionary<string, ClientGroup> groups, Key128 key, string canary, int share = PodRoute.FullShare)
    {
        ArgumentNullException.ThrowIfNull(groups);
        ArgumentOutOfRangeException.ThrowIfNegative(share);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(share, PodRoute.FullShare);
        if (share == 0 || name == ClientGroup.Nobody || !groups.TryGetValue(name, out var group)) return Nobody;
        var others = group.AnyOf.Where(groups.ContainsKey).Select(other => new Rule(other, groups[other], key, canary, PodRoute.FullShare)).ToArray();

        // All of those that it asks for are gone: that must not let everybody in.
        if (group.AnyOf.Length > 0 && others.Length == 0) return Nobody;
        return new GroupLookup(name, [new Rule(name, group, key, canary, share)], others);
    }

    /// <summary>What signs a group's members, for those who hand it out.</summary>
    /// <param name="key">The fleet's key.</param>
    /// <param name="group">The group's name.</param>
    /// <param name="kind">Where it will stand.</param>
    /// <param name="name">The header's or cookie's name.</param>
    public static SignedMark MarkOf(Key128 key, string group, SignKind kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return new SignedMark(key, "group", group, kind == SignKind.Header ? "header" : "cookie", kind == SignKind.Header ? name.ToUpperInvariant() : name);
    }

    /// <summary>Whether a request is of the group. Allocates nothing.</summary>
    /// <param name="client">The client's address.</param>
    /// <param name="slot">Its slot.</param>
    /// <param name="signs">What the request says; null where there is none, so that what needs signs is not there.</param>
    public bool Has(IPAddress client, int slot, IClientSigns? signs)
    {
        if (_own.Length == 0 || !_own[0].Holds(client, slot, signs)) return false;
        if (_anyOf.Length == 0) return true;
        foreach (var rule in _anyOf)
        {
            if (rule.Holds(client, slot, signs)) return true;
        }

        return false;
    }

    /// <summary>What one group says, itself; the cheap questions first.</summary>
    private sealed class Rule
    {
        private readonly SlotDraw _draw;
        private readonly int _share;
        private readonly int _slots;
        private readonly bool _needsNetwork;
        private readonly NetworkSet _networks;
        private readonly NetworkSet _networksOfFile;
        private readonly string[] _hosts;
        private readonly Sign? _header;
        private readonly Sign? _cookie;
        private readonly bool _isOpen;

        public Rule(string name, ClientGroup group, Key128 key, string canary, int share)
        {
            // A slot is in the group's part by one draw and in the canary's by another; else a canary of half a group that is half of the slots had all of it.
            _draw = new SlotDraw(SlotDraw.OfCanary($"{canary}\n{name}", key).ShareKey, SlotDraw.OfCanary(canary, key).ShareKey);
            _share = share;
            _slots = group.SlotsOf256 ?? PodRoute.FullShare;
            (_needsNetwork, _networks, _networksOfFile) = (group.NeedsNetwork, group.Networks ?? NetworkSet.Empty, group.NetworksOfFile);
            _hosts = [.. group.Hosts];
            _isOpen = group.IsOpen;
            _header = group.Header is { } header ? new Sign(SignKind.Header, header, MarkOf(key, name, SignKind.Header, header.Name)) : null;
            _cookie = group.Cookie is { } cookie ? new Sign(SignKind.Cookie, cookie, MarkOf(key, name, SignKind.Cookie, cookie.Name)) : null;
        }

        public bool Holds(IPAddress client, int slot, IClientSigns? signs)
        {
            var spread = SlotDraw.Spread(slot);
            if (!_draw.Covers(spread, _share)) return false;
            if (_slots < PodRoute.FullShare && !new SlotDraw(0, _draw.ScoreKey).Covers(spread, _slots)) return false;
            if (_needsNetwork && !_networks.Contains(client) && !_networksOfFile.Contains(client)) return false;
            if (_hosts.Length > 0 && !IsFor(signs)) return false;
            return (_header is null || Has(_header, signs)) && (_cookie is null || Has(_cookie, signs));
        }

        private bool IsFor(IClientSigns? signs)
        {
            if (signs is null) return false;
            var host = signs.HostName;
            foreach (var one in _hosts)
            {
                if (host.Equals(one, StringComparison.OrdinalIgnoreCase)) return true;
            }

            return false;
        }

        private bool Has(Sign sign, IClientSigns? signs)
        {
            if (signs is null) return false;
            var said = signs.ValueOf(sign.Kind, sign.Of.Name);
            if (said.IsEmpty) return false;
            var takesItsWord = _isOpen || (sign.Kind == SignKind.Header && signs.ComesByTrustedProxy);
            return (takesItsWord && sign.Of.Value is { } value && said.SequenceEqual(value)) || sign.Mark.IsGood(said, signs.Moment);
        }

        private sealed record Sign(SignKind Kind, GroupSign Of, SignedMark Mark);
    }
}
