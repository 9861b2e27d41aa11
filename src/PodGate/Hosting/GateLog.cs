using Microsoft.Extensions.Logging;

namespace PodGate.Hosting;

/// <summary>What happens to the gate as a whole. Event ids 6000 to 6099.</summary>
internal static partial class GateLog
{
    [LoggerMessage(6000, LogLevel.Information, "podgate {Version} starts (process {Pid}, gate {GateId}, state in {StateDirectory})")]
    public static partial void Starting(ILogger logger, string version, int pid, string gateId, string stateDirectory);

    [LoggerMessage(6001, LogLevel.Information, "data port listening on {Data}; admin port on {Admin}")]
    public static partial void Listening(ILogger logger, string data, string admin);

    [LoggerMessage(6002, LogLevel.Information, "stopping: no new connections; running requests have {Seconds} s to finish")]
    public static partial void Stopping(ILogger logger, double seconds);

    [LoggerMessage(6003, LogLevel.Warning, "requests that were still running after {Seconds} s were closed")]
    public static partial void Cut(ILogger logger, double seconds);

    [LoggerMessage(6004, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(6005, LogLevel.Warning, "{File} cannot be written, so programs on this machine cannot find the ports there")]
    public static partial void NoGateFile(ILogger logger, Exception exception, string file);

    [LoggerMessage(6006, LogLevel.Warning, "{Finding}")]
    public static partial void Warning(ILogger logger, string finding);

    [LoggerMessage(6007, LogLevel.Information, "made {File}: the administrator's token, readable by its owner only")]
    public static partial void TokenMade(ILogger logger, string file);

    [LoggerMessage(6008, LogLevel.Error, "{What} did not stop as it should")]
    public static partial void StopFailed(ILogger logger, Exception exception, string what);

    [LoggerMessage(6010, LogLevel.Information, "told to stop: not ready any more, and going on for {Seconds} s so that others see it")]
    public static partial void Leaving(ILogger logger, double seconds);

    [LoggerMessage(6009, LogLevel.Information, "requests run on {Threads}")]
    public static partial void RequestsRunOn(ILogger logger, string threads);

    [LoggerMessage(6011, LogLevel.Warning, "{Sentence}")]
    public static partial void SlotNoticed(ILogger logger, string sentence);

    [LoggerMessage(6020, LogLevel.Information, "{Who} wants another process to take over: {Program}")]
    public static partial void Upgrading(ILogger logger, string who, string program);

    [LoggerMessage(6021, LogLevel.Warning, "nobody took over: {Why}; this gate goes on as before")]
    public static partial void NotUpgraded(ILogger logger, string why);

    [LoggerMessage(6022, LogLevel.Information, "process {Pid} (podgate {Version}) has taken over; {Connections} connections are left here and have {Seconds} s to end")]
    public static partial void HandedOver(ILogger logger, int pid, string version, long connections, double seconds);

    [LoggerMessage(6023, LogLevel.Information, "taken over from process {Pid}: journal at sequence {Sequence}, epoch {Epoch}")]
    public static partial void TookOver(ILogger logger, int pid, long sequence, long epoch);

    [LoggerMessage(6024, LogLevel.Information, "nothing is left here; the gate is process {Pid}")]
    public static partial void Left(ILogger logger, int pid);

    [LoggerMessage(6025, LogLevel.Warning, "{Count} connections are left {Seconds} s after the take-over and are closed")]
    public static partial void LeftOver(ILogger logger, long count, double seconds);

    [LoggerMessage(6030, LogLevel.Information, "{Listener} uses the certificate now that its file has; it ends on {End:u}")]
    public static partial void CertificateRenewed(ILogger logger, string listener, DateTimeOffset end);

    [LoggerMessage(6031, LogLevel.Error, "{Listener} goes on with the certificate that it has, which ends on {End:u}: {Problem}")]
    public static partial void CertificateRefused(ILogger logger, string listener, DateTimeOffset end, string problem);

    [LoggerMessage(6032, LogLevel.Error, "Looking at the certificate files failed; it is tried again at the next look")]
    public static partial void CertificatesNotSeen(ILogger logger, Exception exception);

    [LoggerMessage(6033, LogLevel.Error, "There is no socket at {Path}, since the disk takes none; people on this machine need a token until the gate is started again")]
    public static partial void NoSocket(ILogger logger, Exception exception, string path);

    [LoggerMessage(6034, LogLevel.Information, "that token ends in {Hours} h: make others until then (podgate token add, podgate user add), or at any time on this machine as root or as the gate's user, who need none at {Socket}")]
    public static partial void TokenEnds(ILogger logger, double hours, string socket);

    [LoggerMessage(6035, LogLevel.Warning, "there is no socket, and no administrator's token that does not expire: when the last one has, nobody can make another; set Admin.Socket")]
    public static partial void NoLastingAdministrator(ILogger logger);
}
