using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using PodGate.Control.Takeover;
using PodGate.Metrics;

namespace PodGate.Hosting.Takeover;

/// <summary>What a process has that was started by a running gate in order to take over from it: the line to that gate, and its listening sockets.</summary>
internal sealed class Heir : IDisposable
{
    /// <summary>The variable that names the descriptors: <c>protocol=1;line=57;Listen=58,59;Admin.Listen=60</c>.</summary>
    public const string Variable = "PODGATE_TAKEOVER";

    private const string ProtocolName = "protocol";
    private const string LineName = "line";

    private readonly TakeOver _takeOver;

    private Heir(TakeoverLine line, int predecessor, InheritedSockets sockets) =>
        (Line, _takeOver, Predecessor, Sockets) = (line, new TakeOver(line, new TakeoverPatience()), predecessor, sockets);

    /// <summary>The running gate's process id: it has started this process.</summary>
    public int Predecessor { get; }

    /// <summary>Its listening sockets.</summary>
    public InheritedSockets Sockets { get; }

    /// <summary>The line to it.</summary>
    public TakeoverLine Line { get; }

    /// <summary>What the variable says.</summary>
    /// <param name="line">The descriptor of the line.</param>
    /// <param name="sockets">Configuration keys with the descriptors of their sockets.</param>
    public static string Describe(int line, IEnumerable<(string Key, IEnumerable<int> Descriptors)> sockets)
    {
        var said = string.Concat(sockets.Select(one => $";{one.Key}={string.Join(',', one.Descriptors)}"));
        return string.Create(CultureInfo.InvariantCulture, $"{ProtocolName}={TakeoverMessage.Protocol};{LineName}={line}{said}");
    }

    /// <summary>The one of this process, or null: it was started by somebody else. What is asked for is taken out of the environment.</summary>
    /// <param name="time">The clock.</param>
    /// <exception cref="ListenException">The variable is there and says something that cannot be.</exception>
    public static Heir? OfProcess(TimeProvider time)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } said) return null;
        Environment.SetEnvironmentVariable(Variable, null);
        return Of(said, time);
    }

    /// <summary>The one of which the variable says this.</summary>
    /// <param name="said">The variable's value.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ListenException">It says something that cannot be.</exception>
    public static Heir Of(string said, TimeProvider time)
    {
        var parts = said.Split(';').Select(part => part.Split('=', 2)).Where(part => part.Length == 2).ToLookup(part => part[0], part => part[1]);
        if (parts[ProtocolName].SingleOrDefault() != TakeoverMessage.Protocol.ToString(CultureInfo.InvariantCulture))
        {
            throw new ListenException(
                $"The running gate speaks another version of the take-over protocol ({said}) than this one ({TakeoverMessage.Protocol}); restart the gate instead.");
        }

        if (Number(parts[LineName].SingleOrDefault()) is not { } descriptor) throw Nonsense(said);
        var sockets = new List<(string? Key, int Descriptor)>();
        foreach (var key in new[] { Ports.DataKey, Ports.AdminKey, Ports.SocketKey })
        {
            foreach (var text in parts[key].SelectMany(list => list.Split(',', StringSplitOptions.RemoveEmptyEntries)))
                sockets.Add((key, Number(text) ?? throw Nonsense(said)));
        }

        Socket line;
        try
        {
            Descriptors.CloseInChildren(descriptor, closes: true);
            line = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            throw new ListenException($"{Variable} names no line to a running gate ({exception.Message}).", exception);
        }

        var stream = new NetworkStream(line, ownsSocket: true);
        return new Heir(new TakeoverLine(stream, time), Descriptors.Parent(), InheritedSockets.Of("the running gate", sockets));
    }

    /// <summary>Says that all is ready that can be without the journal; returns with what is handed over.</summary>
    /// <param name="stateDirectory">The state directory of the configuration.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">Nothing is.</exception>
    public Task<HandedOver> AskAsync(string stateDirectory, CancellationToken cancel) => _takeOver.AskAsync(
        new ReadyToTake(TakeoverMessage.Protocol, ProcessMetrics.Version, Environment.ProcessId, stateDirectory), cancel);

    /// <summary>Says that journal and ports are open; returns when they are this process's own.</summary>
    /// <param name="epoch">The journal's epoch.</param>
    /// <param name="logger">The log.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="TakeoverException">They are not.</exception>
    public Task TakenAsync(long epoch, ILogger logger, CancellationToken cancel) =>
        _takeOver.TakenAsync(epoch, () => Descriptors.Parent() != Predecessor, logger, cancel);

    /// <summary>Tells the running gate that nothing comes of it.</summary>
    /// <param name="why">What is wrong.</param>
    public Task DeclineAsync(string why) => _takeOver.DeclineAsync(why);

    /// <summary>Closes what is still its own.</summary>
    public void Dispose()
    {
        Sockets.Dispose();
        Line.Dispose();
    }

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static ListenException Nonsense(string said) =>
        new($"{Variable} is '{said}', which no running gate says; it is set by podgate upgrade only, so take it out of the environment.");
}
