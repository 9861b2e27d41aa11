using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using PodGate.Core.Pods;
using PodGate.Core.Routing;

namespace PodGate.Control.Takeover;

/// <summary>
/// What two processes of one gate say to each other while one takes over from the other. The order is told in <c>docs/operating/upgrading.md</c>.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "say")]
[JsonDerivedType(typeof(ReadyToTake), "ready")]
[JsonDerivedType(typeof(Declined), "declined")]
[JsonDerivedType(typeof(HandedOver), "handedOver")]
[JsonDerivedType(typeof(Taken), "taken")]
[JsonDerivedType(typeof(Yours), "yours")]
[JsonDerivedType(typeof(Routed), "routed")]
[JsonDerivedType(typeof(Running), "running")]
public abstract record TakeoverMessage
{
    /// <summary>The version of what is said here. Another one is another language: then the gate has to be restarted.</summary>
    public const int Protocol = 1;
}

/// <summary>The new process says: the configuration is valid, the sockets are those that it wants; the journal may be handed over.</summary>
/// <param name="Speaks">The version of the protocol that it speaks.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="StateDirectory">Full path of its state directory, which must be the same one.</param>
public sealed record ReadyToTake(int Speaks, string Version, int Pid, string StateDirectory) : TakeoverMessage;

/// <summary>The new process says: it will not. The old one goes on.</summary>
/// <param name="Why">What is wrong, for people.</param>
public sealed record Declined(string Why) : TakeoverMessage;

/// <summary>The old process says: the journal is closed and ends here; nobody writes to it until somebody has it.</summary>
/// <param name="Journal">Where it ends.</param>
/// <param name="Moment">The gate's time, which goes on.</param>
/// <param name="Fleet">What is not in the journal.</param>
/// <param name="Loads">What runs on each pod in the old process.</param>
public sealed record HandedOver(JournalPosition Journal, GateMoment Moment, InheritedFleet Fleet, ImmutableDictionary<string, long> Loads) : TakeoverMessage;

/// <summary>The new process says: the journal is open, and was where it was said to be; the ports take connections. It writes nothing yet.</summary>
/// <param name="Epoch">The journal's epoch now.</param>
public sealed record Taken(long Epoch) : TakeoverMessage;

/// <summary>The old process says: it is yours. From here on it never writes again.</summary>
public sealed record Yours : TakeoverMessage;

/// <summary>The new process says what is decided for the connections that the old one still has.</summary>
/// <param name="Version">The version of the snapshot in the new process.</param>
/// <param name="Hashing">How addresses become slots.</param>
/// <param name="Pods">In ordinal order of names.</param>
public sealed record Routed(long Version, HashingSaid Hashing, ImmutableArray<RouteSaid> Pods) : TakeoverMessage
{
    /// <summary>Networks that belong to a pod. <value>Default null: none, as of a process that knows no pins.</value></summary>
    public IReadOnlyList<PinSaid>? Pins { get; init; }
}

/// <summary>A pin.</summary>
/// <param name="Network">The network, as address and prefix length.</param>
/// <param name="Pod">The pod's name.</param>
/// <param name="Otherwise">What is done while that pod may not serve.</param>
public sealed record PinSaid(string Network, string Pod, PinOtherwise Otherwise)
{
    /// <summary>In words.</summary>
    /// <param name="pin">It.</param>
    public static PinSaid Of(Pin pin)
    {
        ArgumentNullException.ThrowIfNull(pin);
        return new PinSaid(pin.Network.ToString(), pin.Pod, pin.Otherwise);
    }

    /// <summary>From the words.</summary>
    /// <param name="said">All of them; null: none.</param>
    /// <exception cref="FormatException">One is of no network.</exception>
    public static Pins Make(IReadOnlyList<PinSaid>? said) =>
        Pins.Of([.. (said ?? []).Select(pin => new Pin(IPNetwork.Parse(pin.Network), pin.Pod, pin.Otherwise))]);
}

/// <summary>
/// The old process says what runs there. By saying so it says too that nobody there is left between picking a pod by an older snapshot and sending.
/// </summary>
/// <param name="Version">The version of the newest snapshot that it goes by; 0 while it has none.</param>
/// <param name="Connections">Clients' connections that are left.</param>
/// <param name="Loads">What runs on each pod.</param>
public sealed record Running(long Version, long Connections, ImmutableDictionary<string, long> Loads) : TakeoverMessage;

/// <summary>How addresses become slots.</summary>
/// <param name="Key">The fleet's key, as text.</param>
/// <param name="Slots">How many there are.</param>
/// <param name="IPv4Prefix">Leading bits of an IPv4 address that count.</param>
/// <param name="IPv6Prefix">Leading bits of an IPv6 address that count.</param>
public sealed record HashingSaid(string Key, int Slots, int IPv4Prefix, int IPv6Prefix)
{
    /// <summary>In words.</summary>
    /// <param name="hashing">It.</param>
    public static HashingSaid Of(SlotHashing hashing)
    {
        ArgumentNullException.ThrowIfNull(hashing);
        return new HashingSaid(hashing.Key.ToString(), hashing.Slots, hashing.IPv4Prefix, hashing.IPv6Prefix);
    }

    /// <summary>From the words.</summary>
    /// <exception cref="FormatException">The key is none.</exception>
    public SlotHashing Make() =>
        new(Key128.TryParse(Key, out var key) ? key : throw new FormatException("what was said of the hashing has no key"), Slots, IPv4Prefix, IPv6Prefix);
}

/// <summary>A pod as the request path has to see it.</summary>
/// <param name="Name">The pod's name.</param>
/// <param name="Address">Where requests are forwarded to.</param>
/// <param name="Endpoints">The addresses that its host last resolved to.</param>
/// <param name="Admission">What it may get.</param>
/// <param name="Share">How much of its own slots it may serve.</param>
/// <param name="MovesWaiting">It was taken out because it is sick.</param>
/// <param name="Farewell">When its long-lived connections are asked to end, or null.</param>
public sealed record RouteSaid(
    string Name, Uri Address, ImmutableArray<IPEndPoint> Endpoints, Admission Admission, int Share, bool MovesWaiting, Farewell? Farewell)
{
    /// <summary>Which slots it keeps while it gives its clients up slowly; a bit each, null for all. <value>Default none.</value></summary>
    public byte[]? Kept { get; init; } = [];

    /// <summary>In words.</summary>
    /// <param name="route">It.</param>
    public static RouteSaid Of(PodRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        return new RouteSaid(
            route.Name, route.Address, route.Endpoints.IsDefault ? [] : route.Endpoints, route.Admission, route.Share, route.MovesWaiting, route.Farewell)
        {
            Kept = route.Kept.ToBytes(),
        };
    }

    /// <summary>From the words.</summary>
    /// <param name="index">Its place in the snapshot.</param>
    /// <param name="load">What runs on it here.</param>
    public PodRoute Make(int index, PodLoad load) =>
        new(index, Name, Address, Endpoints, Admission, Share, load) { MovesWaiting = MovesWaiting, Farewell = Farewell, Kept = SlotSet.FromBytes(Kept) };
}

/// <summary>Where a journal ends, and who wrote it last.</summary>
/// <param name="Sequence">Its last transition.</param>
/// <param name="Hash">That transition's hash, and so that of all before.</param>
/// <param name="Epoch">Grows with each opening for writing.</param>
public sealed record JournalPosition(long Sequence, string Hash, long Epoch);

/// <summary>How messages become JSON. Names that a later version adds are not known to an older one, and passed over.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true,
    Converters = [typeof(EndPointText)])]
[JsonSerializable(typeof(TakeoverMessage))]
internal sealed partial class TakeoverJson : JsonSerializerContext;

/// <summary>An address with a port, as text.</summary>
internal sealed class EndPointText : JsonConverter<IPEndPoint>
{
    public override IPEndPoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPEndPoint.TryParse(reader.GetString() ?? "", out var endPoint) ? endPoint : throw new JsonException("not an address with a port");

    public override void Write(Utf8JsonWriter writer, IPEndPoint value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
