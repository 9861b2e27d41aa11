using Microsoft.Extensions.Logging;

namespace PodGate.Operator;

/// <summary>What the operator API logs: what people did that is no transition, and its own mistakes. Event ids 5000 to 5099.</summary>
internal static partial class OperatorLog
{
    [LoggerMessage(5000, LogLevel.Error, "The operator API failed at {Method} {Path}")]
    public static partial void Failed(ILogger logger, Exception exception, string method, string path);

    [LoggerMessage(5001, LogLevel.Information, "Token {Name} with the role {Role} made by {Who}")]
    public static partial void TokenMade(ILogger logger, string name, string role, string who);

    [LoggerMessage(5002, LogLevel.Information, "Token {Name} revoked by {Who}")]
    public static partial void TokenRevoked(ILogger logger, string name, string who);

    [LoggerMessage(5003, LogLevel.Information, "Reload demanded by {Who} (confirmed: {Confirmed}): {Sentence}")]
    public static partial void Reloaded(ILogger logger, string who, bool confirmed, string sentence);

    [LoggerMessage(5004, LogLevel.Error, "The tokens cannot be written")]
    public static partial void TokensNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(5005, LogLevel.Information, "{Who} begins a roll of {Pods} from {From}: {Reason}")]
    public static partial void RollBegan(ILogger logger, string who, string pods, string from, string reason);

    [LoggerMessage(5006, LogLevel.Information, "{Who}'s roll is {State}; {Place}")]
    public static partial void RollEnded(ILogger logger, string who, string state, string place);

    [LoggerMessage(5007, LogLevel.Error, "How far the roll is cannot be written; a restart of the gate would forget it")]
    public static partial void RollNotWritten(ILogger logger, Exception exception);

    [LoggerMessage(5008, LogLevel.Warning, "{File} cannot be used: {What}. Going on without a record of the last roll")]
    public static partial void RollFileDamaged(ILogger logger, string file, string what);

    [LoggerMessage(5010, LogLevel.Warning, "That the token {Token} was used cannot be written down; it opens what it opens all the same")]
    public static partial void UseNotWritten(ILogger logger, Exception exception, string token);

    [LoggerMessage(5011, LogLevel.Warning, "{File} cannot be read; whoever was signed in has to sign in again")]
    public static partial void SessionsNotRead(ILogger logger, Exception exception, string file);

    [LoggerMessage(5009, LogLevel.Warning, "{Roll}, from {From}, has died: nothing was heard of it for {Seconds} s; {Place}")]
    public static partial void RollDied(ILogger logger, string roll, string from, double seconds, string place);
}
