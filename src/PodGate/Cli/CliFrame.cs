using System.CommandLine;
using System.CommandLine.Parsing;

namespace PodGate.Cli;

/// <summary>
/// What all commands have in common: the options that may stand anywhere, the way to the gate, and how a failure becomes a
/// sentence and an exit code.
/// </summary>
internal sealed class CliFrame
{
    /// <summary>Where a gate listens unless its configuration says otherwise.</summary>
    public const string DefaultUrl = "http://127.0.0.1:9090";

    private readonly CliEnvironment _environment;
    private readonly Option<string?> _url = new("--url")
    {
        Description = $"The gate's admin port, or unix: and the path of its socket. Default: {GateSearch.UrlVariable}; else the gate of this machine, at its socket or at {DefaultUrl}.",
        HelpName = "URL",
        Recursive = true,
    };

    private readonly Option<string?> _profile = new("--profile")
    {
        Description = $"The gate of that name in podgate/profiles.json of the user's configuration. Default: {GateSearch.ProfileVariable}, else that file's default.",
        HelpName = "NAME",
        Recursive = true,
    };

    private readonly Option<string?> _tokenFile = new("--token-file")
    {
        Description = $"A file that holds the token. Not read when {TokenSearch.Variable} is set.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly Option<bool> _json = new("--json") { Description = "Print the API's JSON, for scripts.", Recursive = true };

    private readonly Option<string?> _token = new("--token") { Hidden = true, Recursive = true };

    /// <summary>Prepares the frame.</summary>
    /// <param name="environment">The machine around.</param>
    public CliFrame(CliEnvironment environment)
    {
        _environment = environment;
        // The option exists only to be refused with the reason: as an unknown one its value would be repeated in the error.
        _token.Validators.Add(result => result.AddError(
            $"A token is not taken on the command line, where every user of the machine can read it: use {TokenSearch.Variable} or --token-file."));
    }

    /// <summary>The configuration file; <c>serve</c> and <c>check</c> need it, the others find the state directory by it.</summary>
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "The configuration file. For serve and check; the other commands find the gate's socket and operator.token by it.",
        HelpName = "FILE",
        Recursive = true,
    };

    /// <summary>Adds the options that may stand anywhere.</summary>
    /// <param name="root">The root command.</param>
    public void AddTo(RootCommand root)
    {
        foreach (var option in (Option[])[_url, _profile, _tokenFile, _json, Config, _token]) root.Options.Add(option);
    }

    /// <summary>Makes a command ask the gate.</summary>
    /// <param name="command">The command.</param>
    /// <param name="act">What it does; returns the exit code.</param>
    public void Act(Command command, Func<CliSession, ParseResult, CancellationToken, Task<int>> act) =>
        command.SetAction((parse, cancel) => RunAsync(parse, act, cancel));

    /// <summary>The time, for moments that are told as "so long ago".</summary>
    public DateTimeOffset Now => _environment.Time.GetUtcNow();

    /// <summary>Where a command prints that asks no gate.</summary>
    /// <param name="parse">What was typed.</param>
    public Screen ScreenOf(ParseResult parse) => new(parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error, _environment);

    /// <summary>The gates that <c>--profile</c> can name.</summary>
    public ProfileFile Profiles => new(_environment);

    /// <summary>Whether a script reads the output.</summary>
    /// <param name="parse">What was typed.</param>
    public bool IsJson(ParseResult parse) => parse.GetValue(_json);

    /// <summary>The same with paths that no longer depend on where it was typed.</summary>
    /// <param name="asked">What was typed.</param>
    public ReplayAsked WithFullPaths(ReplayAsked asked) => asked with { ConfigPath = Full(asked.ConfigPath), StateDirectory = Full(asked.StateDirectory) };

    /// <summary>The same with paths that no longer depend on where it was typed.</summary>
    /// <param name="asked">What was typed.</param>
    public AuditAsked WithFullPaths(AuditAsked asked) => asked with { ConfigPath = Full(asked.ConfigPath), StateDirectory = Full(asked.StateDirectory) };

    private string? Full(string? path) => path is null ? null : Path.GetFullPath(path, _environment.WorkingDirectory);

    private async Task<int> RunAsync(ParseResult parse, Func<CliSession, ParseResult, CancellationToken, Task<int>> act, CancellationToken cancel)
    {
        var screen = ScreenOf(parse);
        var json = parse.GetValue(_json);
        try
        {
            var asked = new GateAsked(parse.GetValue(_url), parse.GetValue(_profile), parse.GetValue(_tokenFile), parse.GetValue(Config));
            var (address, token) = new GateSearch(_environment).Find(asked);
            using var gate = new GateClient(address, token, _environment.Time);
            return await act(new CliSession(gate, screen, _environment.Time, json), parse, cancel);
        }
        catch (GateRefused refused)
        {
            if (json && refused.Document is { } document) screen.Json(document);
            screen.Note($"refused: {refused.Message}");
            foreach (var error in refused.Errors) screen.Note($"  - {error}");
            return refused.ExitCode;
        }
        catch (CliFailure failure)
        {
            screen.Note($"podgate: {failure.Message}");
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            screen.Note("podgate: interrupted. A command that was on its way may have been carried out.");
            return ExitCodes.Interrupted;
        }
    }
}
