using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using PodGate.Control.Configuration;
using PodGate.Hosting.Takeover;

namespace PodGate.Operator.Access;

/// <summary>Who connected to the local socket, as the kernel says: it is the user as whom the program ran when it connected, whatever becomes of it.</summary>
/// <param name="User">The user's number.</param>
/// <param name="Pid">The program's process; 0 where that cannot be seen.</param>
/// <param name="UserName">The user's name; null: there is none.</param>
/// <param name="Groups">The names of the groups.</param>
/// <param name="Login">As whom the person signed in to this machine who is behind sudo or su; null: as that user, or it cannot be seen.</param>
internal sealed record LocalPeer(uint User, int Pid, string? UserName, ImmutableArray<string> Groups, string? Login)
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED
    private const int PeerGroups = 59; // SO_PEERGROUPS
    private const int CredentialsLength = 12; // struct ucred: pid, uid, gid
    private const int MostGroups = 256;
    private const uint NobodySignedIn = uint.MaxValue;

    /// <summary>Under which name it acts: the person's, not root's, where that is known.</summary>
    public string Name => NameOf(Login) ?? NameOf(UserName) ?? $"uid-{User}{CallerName.LocalSuffix}";

    /// <summary>Where it comes from, in words.</summary>
    public string From => string.Create(CultureInfo.InvariantCulture, $"local uid {User} pid {Pid}");

    /// <summary>The user in words for people.</summary>
    public string Shown => UserName is null ? $"The user {User} of this machine" : $"{RequestReading.Shown(UserName)} (user {User} of this machine)";

    /// <summary>The role that it has, the highest that fits; null: none.</summary>
    /// <param name="roles">Roles by user, or by "@" and group.</param>
    /// <param name="own">The user as whom the gate runs.</param>
    public TokenRole? RoleBy(IReadOnlyDictionary<string, string> roles, uint own)
    {
        if (User == 0 || User == own) return TokenRole.Administrator;
        var keys = Groups.Select(group => "@" + group);

        // Whoever is named as a group is written stays without what that group has.
        if (UserName is { } name && !name.StartsWith('@')) keys = keys.Append(name);
        return keys.Select(key => Token.RoleOf(roles.GetValueOrDefault(key))).Max();
    }

    /// <summary>Whoever is at the other end of an accepted socket; null: the kernel does not say.</summary>
    /// <param name="socket">The socket.</param>
    public static LocalPeer? Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> credentials = stackalloc byte[CredentialsLength];
        if (Ask(socket, PeerCredentials, credentials) != CredentialsLength) return null;
        var (pid, user, group) = (MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]), MemoryMarshal.Read<uint>(credentials[8..]));
        var others = new byte[MostGroups * sizeof(uint)];
        var groups = MemoryMarshal.Cast<byte, uint>(others.AsSpan(0, Ask(socket, PeerGroups, others))).ToArray().Append(group).Distinct();
        var login = LoginOf(pid);
        return new LocalPeer(
            user, pid, SystemNames.UserOf(user), [.. groups.Select(SystemNames.GroupOf).OfType<string>()],
            login is { } signedIn && signedIn != user ? SystemNames.UserOf(signedIn) : null);
    }

    /// <summary>The user of this process, as whom the gate runs.</summary>
    public static uint Own() => OperatingSystem.IsLinux() ? Descriptors.User() : NobodySignedIn;

    private static string? NameOf(string? user)
    {
        var name = user + CallerName.LocalSuffix;
        return user is not null && CallerName.IsName(name) ? name : null;
    }

    /// <summary>What the kernel says; 0 where it says nothing, or more than there is room for.</summary>
    private static int Ask(Socket socket, int option, Span<byte> answer)
    {
        try
        {
            return socket.GetRawSocketOption(SocketLevel, option, answer);
        }
        catch (SocketException)
        {
            // An old kernel knows no groups, and a peer with more of them than fit has those of his user alone.
            return 0;
        }
    }

    /// <summary>
    /// As whom somebody signed in who goes on as somebody else. It is looked up by the process, which may have ended, so it gives a name and never a role.
    /// </summary>
    private static uint? LoginOf(int pid)
    {
        try
        {
            var text = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/loginuid"));
            return uint.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var user) && user != NobodySignedIn ? user : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel without it, a process that has ended, or a gate that may not see others' processes: then it is the user.
            return null;
        }
    }
}
