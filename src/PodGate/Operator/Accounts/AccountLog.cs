using Microsoft.Extensions.Logging;

namespace PodGate.Operator.Accounts;

/// <summary>
/// What becomes of people's accounts. Never a password or a code, nor a name that is none: people type passwords there. Event ids 5120 to 5139.
/// </summary>
internal static partial class AccountLog
{
    [LoggerMessage(5120, LogLevel.Information, "Account {Name} with the role {Role} made by {Who}; its invitation ends at {Until:u}")]
    public static partial void Made(ILogger logger, string name, string role, DateTimeOffset until, string who);

    [LoggerMessage(5121, LogLevel.Information, "Account {Name} reset by {Who}, with the role {Role}; its invitation ends at {Until:u}")]
    public static partial void Reset(ILogger logger, string name, string role, DateTimeOffset until, string who);

    [LoggerMessage(5122, LogLevel.Information, "Account {Name} removed by {Who}")]
    public static partial void Removed(ILogger logger, string name, string who);

    [LoggerMessage(5123, LogLevel.Information, "Account {Name} unlocked by {Who}")]
    public static partial void Unlocked(ILogger logger, string name, string who);

    [LoggerMessage(5124, LogLevel.Information, "Account {Name} set up from {From}")]
    public static partial void SetUp(ILogger logger, string name, string from);

    [LoggerMessage(5125, LogLevel.Information, "{Name} signed in from {From}")]
    public static partial void SignedIn(ILogger logger, string name, string from);

    [LoggerMessage(5126, LogLevel.Warning, "Sign-in failed at the {Step}, for {Name}, from {From}")]
    public static partial void Failed(ILogger logger, string step, string name, string from);

    [LoggerMessage(5127, LogLevel.Information, "{Name} renewed the account's {What} from {From}")]
    public static partial void Changed(ILogger logger, string name, string what, string from);

    [LoggerMessage(5128, LogLevel.Error, "The accounts cannot be written")]
    public static partial void NotWritten(ILogger logger, Exception exception);

    [LoggerMessage(5129, LogLevel.Warning, "The password of {Name} keeps its old hash for now")]
    public static partial void NotRehashed(ILogger logger, Exception exception, string name);
}
