using System.Text;
using System.Text.Json;

namespace PodGate.Cli;

/// <summary>What the search for a token came to.</summary>
/// <param name="Token">The bearer token, or null when there was none to be found.</param>
/// <param name="Source">Where it came from; null with it.</param>
/// <param name="Tried">Every place that was looked at before, each with what was there.</param>
internal sealed record TokenFound(string? Token, string? Source, IReadOnlyList<string> Tried);

/// <summary>
/// Finds the token that proves who asks: <c>PODGATE_TOKEN</c>, then <c>--token-file</c>, then <c>operator.token</c>, which
/// <c>serve --init</c> left in the state directory. The last is looked for only when the gate is asked over loopback: a
/// token of this machine must not travel to another one because of a <c>--url</c>.
/// </summary>
internal sealed class TokenSearch(CliEnvironment environment)
{
    /// <summary>The variable that holds a token.</summary>
    public const string Variable = "PODGATE_TOKEN";

    private const string FileName = "operator.token";
    private const int LongestToken = 4096;
    private const int LargestConfiguration = 4 * 1024 * 1024;

    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Looks for a token. Throws only when a place that was named expressly holds none.</summary>
    /// <param name="tokenFile">The value of <c>--token-file</c>, or null.</param>
    /// <param name="configuration">The value of <c>--config</c>, or null.</param>
    /// <param name="overLoopback">Whether the gate is asked on this machine.</param>
    public TokenFound Find(string? tokenFile, string? configuration, bool overLoopback)
    {
        if (FindNamed(tokenFile) is { } named) return named;
        List<string> tried = [$"{Variable} (not set)", "--token-file (not given)"];
        return overLoopback ? OnThisMachine(configuration, tried) : NotSearched(tried);
    }

    /// <summary>The token of a place that was named expressly; null: none was.</summary>
    /// <param name="tokenFile">The value of <c>--token-file</c>, or null.</param>
    public TokenFound? FindNamed(string? tokenFile)
    {
        if (environment.Variable(Variable)?.Trim() is not { Length: > 0 } value) return tokenFile is null ? null : FromFile(Full(tokenFile), "--token-file");
        return IsToken(value)
            ? new TokenFound(value, Variable, [])
            : throw new WrongUsage($"{Variable} does not hold a token: a token is one line of visible ASCII characters, at most {LongestToken}.");
    }

    /// <summary>The token in a file, which must hold one.</summary>
    /// <param name="path">The full path.</param>
    /// <param name="from">Where the file was named.</param>
    public static TokenFound FromFile(string path, string from) =>
        Read(path, out var problem) is { } token ? new TokenFound(token, path, []) : throw new WrongUsage($"{from}: {path} {problem}.");

    private static TokenFound NotSearched(List<string> tried)
    {
        tried.Add($"{FileName} was not looked for, because the gate is not asked over loopback");
        return new TokenFound(null, null, tried);
    }

    private TokenFound OnThisMachine(string? configuration, List<string> tried)
    {
        foreach (var directory in StateDirectories(configuration, tried).Distinct(StringComparer.Ordinal))
        {
            var path = Path.Combine(directory, FileName);
            if (Read(path, out var problem) is { } token) return new TokenFound(token, path, tried);
            tried.Add($"{path} ({problem})");
        }

        return new TokenFound(null, null, tried);
    }

    /// <summary>The state directories that a gate of this machine may have, the likeliest first.</summary>
    /// <param name="configuration">The value of <c>--config</c>, or null.</param>
    /// <param name="tried">Gets what was looked at in vain.</param>
    public IEnumerable<string> StateDirectories(string? configuration, List<string> tried)
    {
        // A gate whose directory is named in the environment is often asked from a shell in the same environment.
        if (environment.Variable("PODGATE__StateDirectory") is { } named && Path.IsPathFullyQualified(named)) yield return named;
        string[] files = configuration is not null ? [configuration] : ["podgate.json", Path.Combine("config", "podgate.json")];
        foreach (var file in files)
        {
            var path = Full(file);
            if (StateDirectoryOf(path, out var problem) is { } directory) yield return directory;
            else if (configuration is not null || File.Exists(path)) tried.Add($"{path} ({problem})");
        }

        yield return Full("state");
    }

    /// <summary>
    /// Reads one key and nothing more: whether the file is valid is the gate's business, and a token must be found with a file that is not.
    /// </summary>
    private static string? StateDirectoryOf(string path, out string problem)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > LargestConfiguration)
            {
                problem = "too large for a configuration";
                return null;
            }

            using var document = JsonDocument.Parse(file, Lenient);
            problem = "is not a JSON object";
            if (document.RootElement.ValueKind != JsonValueKind.Object) return null;
            var named = document.RootElement.EnumerateObject()
                .Where(key => key.Name.Equals("StateDirectory", StringComparison.OrdinalIgnoreCase) && key.Value.ValueKind == JsonValueKind.String)
                .Select(key => key.Value.GetString())
                .LastOrDefault();
            return Path.GetFullPath(string.IsNullOrWhiteSpace(named) ? "state" : named, Path.GetDirectoryName(path)!);
        }
        catch (JsonException)
        {
            problem = "is not JSON";
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = Why(e);
            return null;
        }
    }

    private static string? Read(string path, out string problem)
    {
        try
        {
            using var file = File.OpenRead(path);
            var buffer = new byte[LongestToken + 1];
            var length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
            var token = Encoding.UTF8.GetString(buffer, 0, length).Trim('\uFEFF', ' ', '\t', '\r', '\n');
            problem = token.Length == 0 ? "is empty" : "does not hold a token, which is one line of visible ASCII characters";
            return length <= LongestToken && IsToken(token) ? token : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            problem = Why(e);
            return null;
        }
    }

    private static string Why(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => "is not there",
        UnauthorizedAccessException => "may not be read by this user",
        _ => "cannot be read: " + e.Message,
    };

    private static bool IsToken(string text) => text.Length is > 0 and <= LongestToken && text.All(c => c is > ' ' and <= '~');

    private string Full(string path) => Path.GetFullPath(path, environment.WorkingDirectory);
}
