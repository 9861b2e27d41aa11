using Microsoft.AspNetCore.Http;

namespace PodGate.Operator;

/// <summary>Changes of what lies in the state directory, whose disk may be full: what cannot be written is not done, and said.</summary>
internal static class Durably
{
    /// <summary>Makes a change.</summary>
    /// <param name="what">What is changed, such as "The tokens".</param>
    /// <param name="change">The change; it writes first, and is not made when it cannot.</param>
    /// <param name="log">Told why it could not; null: nobody.</param>
    /// <exception cref="ApiProblem">It cannot be written.</exception>
    public static T Do<T>(string what, Func<T> change, Action<Exception>? log = null)
    {
        try
        {
            return change();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log?.Invoke(exception);
            throw Problem(what, exception);
        }
    }

    /// <summary>The same of a change that takes its time.</summary>
    /// <param name="what">What is changed.</param>
    /// <param name="change">The change.</param>
    /// <exception cref="ApiProblem">It cannot be written.</exception>
    public static async Task<T> DoAsync<T>(string what, Func<Task<T>> change)
    {
        try
        {
            return await change();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw Problem(what, exception);
        }
    }

    private static ApiProblem Problem(string what, Exception exception) => new(
        StatusCodes.Status503ServiceUnavailable, "not-durable", "It cannot be made durable",
        $"{what} cannot be written to the state directory, so it would not outlive a restart: {exception.Message}")
    { Kind = "NotDurable" };
}
