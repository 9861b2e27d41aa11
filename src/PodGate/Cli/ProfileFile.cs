using System.Text.Json;
using System.Text.Json.Serialization;

namespace PodGate.Cli;

/// <summary>What <c>profiles.json</c> says.</summary>
/// <param name="Profiles">Gates by the names that people give them.</param>
/// <param name="Default">The one that is asked when none is named; null: the gate of this machine.</param>
internal sealed record ProfilesJson(IReadOnlyDictionary<string, ProfileJson> Profiles, string? Default = null);

/// <summary>A gate, as a profile says it. Paths are full, begin with ~/, or are relative to the directory of the file.</summary>
/// <param name="Url">Its admin port; or <c>unix:</c> and the full path of a socket.</param>
/// <param name="TokenFile">A file that holds the token for it.</param>
/// <param name="CaFile">A PEM file with the only authorities that its certificate may be of.</param>
/// <param name="CertificateFile">A PEM file with the certificate that is shown to it.</param>
/// <param name="KeyFile">Its PEM key, when that is in a file of its own.</param>
internal sealed record ProfileJson(string Url, string? TokenFile = null, string? CaFile = null, string? CertificateFile = null, string? KeyFile = null);

/// <summary>How they become objects; strict, so that a slip shows.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true, AllowDuplicateProperties = false, AllowTrailingCommas = true, ReadCommentHandling = JsonCommentHandling.Skip)]
[JsonSerializable(typeof(ProfilesJson))]
internal sealed partial class ProfileContext : JsonSerializerContext;

/// <summary>
/// The gates that a person asks, by name: <c>podgate/profiles.json</c> in <c>XDG_CONFIG_HOME</c>, else in <c>~/.config</c>. It says which files hold secrets,
/// so it is refused where others could read it, and thereby see where to look.
/// </summary>
internal sealed class ProfileFile(CliEnvironment environment)
{
    private const long Largest = 1024 * 1024;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private const string Form =
        "it must look like { \"default\": \"prod\", \"profiles\": { \"prod\": { \"url\": \"https://gate.example.com\", "
        + "\"tokenFile\": \"prod.token\" } } }, where a profile may have caFile, certificateFile and keyFile, too.";

    /// <summary>Full path of the file; null: this user has no directory for it.</summary>
    public string? FullPath
    {
        get
        {
            // One that is not full means nothing, as its specification says.
            var named = environment.Variable("XDG_CONFIG_HOME") is { } given && Path.IsPathFullyQualified(given) ? given : null;
            var directory = named ?? (Home is null ? null : Path.Combine(Home, ".config"));
            return directory is null ? null : Path.Combine(directory, "podgate", "profiles.json");
        }
    }

    private string? Home => environment.Variable("HOME") is { } home && Path.IsPathFullyQualified(home) ? home : null;

    /// <summary>All profiles; null: there is no such file.</summary>
    /// <exception cref="WrongUsage">It cannot be used.</exception>
    public ProfilesJson? Read()
    {
        if (FullPath is not { } path || !File.Exists(path)) return null;
        try
        {
            if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != 0)
                throw new WrongUsage($"{path} may be read or written by others than its owner: chmod 600 it.");
            if (new FileInfo(path).Length > Largest) throw new WrongUsage($"{path} is larger than {Largest} bytes, which no file of profiles is.");
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ProfileContext.Default.ProfilesJson) ?? throw new WrongUsage($"{path} is null; {Form}");
        }
        catch (JsonException exception)
        {
            var where = string.IsNullOrEmpty(exception.Path) || exception.Path == "$" ? "" : $" (at {PlainText.Of(exception.Path)})";
            throw new WrongUsage($"{path} is not a file of profiles{where}; {Form}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WrongUsage($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <summary>The address of a profile, and where its token is.</summary>
    /// <param name="name">The profile's name.</param>
    /// <param name="from">Where it was named.</param>
    /// <exception cref="WrongUsage">There is none, or it says nothing that can be used.</exception>
    public (GateAddress Address, string? TokenFile) Find(string name, string from)
    {
        var found = Read();
        if (found?.Profiles.GetValueOrDefault(name) is not { } profile)
        {
            var names = found is null ? "" : string.Join(", ", found.Profiles.Keys.DefaultIfEmpty("none"));
            var known = found is null ? $"{FullPath ?? "its file"} is not there" : $"{FullPath} has {names}";
            throw new WrongUsage(PlainText.Of($"{from}: there is no profile {name}: {known}."));
        }

        var address = GateAddress.Read(profile.Url, $"The url of the profile {PlainText.Of(name)}") with
        {
            CaFile = Full(profile.CaFile), CertificateFile = Full(profile.CertificateFile), KeyFile = Full(profile.KeyFile),
        };
        return (address, Full(profile.TokenFile));
    }

    private string? Full(string? path)
    {
        if (path is null) return null;
        if (path.StartsWith("~/", StringComparison.Ordinal) && Home is not null) path = Path.Combine(Home, path[2..]);
        return Path.GetFullPath(path, Path.GetDirectoryName(FullPath)!);
    }
}
