using System.CommandLine;
using System.Text.Json;

namespace PodGate.Cli;

/// <summary><c>podgate profile list</c>: the gates that this user has names for.</summary>
internal static class ProfileCommands
{
    /// <summary>Makes the command.</summary>
    /// <param name="frame">What all commands have in common.</param>
    public static Command Build(CliFrame frame) => new("profile", "The gates that --profile can name.") { List(frame) };

    private static Command List(CliFrame frame)
    {
        var command = new Command("list", "Show them, with the files that they name. Asks no gate.");
        command.SetAction(parse =>
        {
            var screen = frame.ScreenOf(parse);
            var file = frame.Profiles;
            try
            {
                Show(screen, file, frame.IsJson(parse));
                return ExitCodes.Done;
            }
            catch (WrongUsage wrong)
            {
                screen.Note($"podgate: {wrong.Message}");
                return wrong.ExitCode;
            }
        });
        return command;
    }

    private static void Show(Screen screen, ProfileFile file, bool json)
    {
        var found = file.Read() ?? new ProfilesJson(new Dictionary<string, ProfileJson>());
        var place = file.FullPath ?? "profiles.json, for which this user has no directory";
        if (json) screen.Json(JsonSerializer.SerializeToElement(found, ProfileContext.Default.ProfilesJson));
        else if (found.Profiles.Count == 0) screen.Line($"There are no profiles; they would be in {place}.");
        else screen.Table(["NAME", "URL", "TOKEN", "AUTHORITY", "CERTIFICATE"], found.Profiles.Select(one => Row(one.Key, one.Value, found.Default)));
    }

    private static IReadOnlyList<Words>[] Row(string name, ProfileJson profile, string? usual) =>
    [
        [PlainText.Of(name) + (name == usual ? " (default)" : "")],
        [PlainText.Of(profile.Url)],
        [PlainText.Of(profile.TokenFile ?? "-")],
        [PlainText.Of(profile.CaFile ?? "-")],
        [PlainText.Of(profile.CertificateFile ?? "-")],
    ];
}
