using System.Net.Sockets;
using System.Text.Json;

namespace PodGate.Cli;

/// <summary>What was typed that says which gate is meant, and who asks.</summary>
/// <param name="Url">The value of <c>--url</c>, or null.</param>
/// <param name="Profile">The value of <c>--profile</c>, or null.</param>
/// <param name="TokenFile">The value of <c>--token-file</c>, or null.</param>
/// <param name="Configuration">The value of <c>--config</c>, or null.</param>
internal sealed record GateAsked(string? Url, string? Profile, string? TokenFile, string? Configuration);

/// <summary>
/// Finds the gate that is meant: the one that is named (<c>--url</c>, <c>--profile</c>, then the variables, then the profiles' default), else the one of this
/// machine, at its socket where that can be opened, and at its usual port otherwise.
/// </summary>
internal sealed class GateSearch(CliEnvironment environment)
{
    /// <summary>The variable that names an address.</summary>
    public const string UrlVariable = "PODGATE_URL";

    /// <summary>The variable that names a profile.</summary>
    public const string ProfileVariable = "PODGATE_PROFILE";

    private const string FileName = "gate.json";
    private const long LargestFile = 64 * 1024;

    private readonly TokenSearch _tokens = new(environment);

    /// <summary>The gate, and what to show it.</summary>
    /// <param name="asked">What was typed.</param>
    /// <exception cref="WrongUsage">What was named cannot be used.</exception>
    public (GateAddress Address, TokenFound Token) Find(GateAsked asked)
    {
        if (asked is { Url: not null, Profile: not null }) throw new WrongUsage("--url and --profile name a gate each; take one of them.");
        if (asked.Url is { } url) return ByAddress(GateAddress.Read(url, "--url"), asked);
        var profiles = new ProfileFile(environment);
        if (asked.Profile is { } name) return ByProfile(profiles.Find(name, "--profile"), asked);
        if (environment.Variable(UrlVariable) is { Length: > 0 } given) return ByAddress(GateAddress.Read(given, UrlVariable), asked);
        if (environment.Variable(ProfileVariable) is { Length: > 0 } wanted) return ByProfile(profiles.Find(wanted, ProfileVariable), asked);

        // Who names a configuration means the gate of this machine.
        if (asked.Configuration is null && profiles.Read()?.Default is { } usual)
            return ByProfile(profiles.Find(usual, $"default in {profiles.FullPath}"), asked);
        return OfThisMachine(asked);
    }

    private (GateAddress Address, TokenFound Token) ByAddress(GateAddress address, GateAsked asked) => address.Socket is null
        ? (address, _tokens.Find(asked.TokenFile, asked.Configuration, address.IsLocal))
        : (address, _tokens.FindNamed(asked.TokenFile) ?? NotNeeded(address.Socket));

    /// <summary>A token that is a profile's own goes before the variable's, which may be another gate's.</summary>
    private (GateAddress Address, TokenFound Token) ByProfile((GateAddress Address, string? TokenFile) profile, GateAsked asked) =>
        asked.TokenFile is null && profile.TokenFile is { } own
            ? (profile.Address, TokenSearch.FromFile(own, "tokenFile of the profile"))
            : ByAddress(profile.Address, asked);

    private (GateAddress Address, TokenFound Token) OfThisMachine(GateAsked asked)
    {
        var port = GateAddress.Read(CliFrame.DefaultUrl, "the default");
        if (_tokens.FindNamed(asked.TokenFile) is { } named) return (port, named);
        var tried = new List<string>();
        foreach (var directory in _tokens.StateDirectories(asked.Configuration, []).Distinct(StringComparer.Ordinal))
        {
            if (SocketIn(directory, tried) is not { } socket) continue;
            if (WhyNotOpen(socket) is not { } why) return (GateAddress.OfSocket(socket), NotNeeded(socket));
            tried.Add($"the socket {socket} ({why})");
        }

        var token = _tokens.Find(null, asked.Configuration, overLoopback: true);
        return (port, token with { Tried = [.. tried, .. token.Tried] });
    }

    private static TokenFound NotNeeded(string socket) => new(
        null, null, [$"none, since at the socket {socket} the gate knows which user asks; {TokenSearch.Variable} or --token-file show one all the same"]);

    /// <summary>The socket of the gate that runs with a state directory, as it says itself; one that does not run may have left the file.</summary>
    private static string? SocketIn(string directory, List<string> tried)
    {
        var path = Path.Combine(directory, FileName);
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestFile) throw new JsonException("too large");
            using var document = JsonDocument.Parse(file);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("socket", out var socket)
                && socket.ValueKind == JsonValueKind.String ? socket.GetString() : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // No gate runs with this directory; where there is none at all, the port says so.
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            tried.Add($"{path} ({(exception is UnauthorizedAccessException ? "may not be read by this user" : "cannot be read")})");
            return null;
        }
    }

    private static string? WhyNotOpen(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return null;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.AccessDenied => "may not be opened by this user",
                SocketError.ConnectionRefused => "nobody answers",
                _ => exception.Message,
            };
        }
        catch (ArgumentException)
        {
            return "is no path of a socket";
        }
    }
}
