using Microsoft.Extensions.Logging;
using PodGate.Control.Configuration;
using PodGate.Hosting.Takeover;

namespace PodGate.Hosting;

// Who comes in without a token.
internal sealed partial class Gate
{
    /// <summary>Whether who is on this machine comes in at a socket, so that no token has to be for ever.</summary>
    /// <param name="configuration">The configuration.</param>
    public static bool HasLocal(GateConfiguration configuration) => configuration.SocketPath is not null && OperatingSystem.IsLinux();

    private void WarnOfNoAdministrator()
    {
        if (!_tokens.HasLocal && !_tokens.HasLastingAdministrator && _tokens.Users is not { HasAdministrator: true }) GateLog.NoLastingAdministrator(_logger);
    }

    /// <summary>The file goes while the journal is still this gate's: whoever gets that next binds his own.</summary>
    private async Task StopAdminAsync()
    {
        await _admin.StopAsync(AdminPatience);
        _adminListeners.Local?.Remove();
    }

    private static void OpenLocal(Listeners admin, GateConfiguration configuration, InheritedSockets? inherited, ILogger logger)
    {
        if (!HasLocal(configuration)) return;
        var path = configuration.SocketPath!;
        try
        {
            admin.AddLocal(path, configuration.Admin.SocketMode, inherited);
        }
        catch (IOException exception)
        {
            // A full or read-only disk must not stop a gate that can forward.
            GateLog.NoSocket(logger, exception, path);
        }
    }
}
