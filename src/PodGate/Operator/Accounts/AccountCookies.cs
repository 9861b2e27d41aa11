using PodGate.Operator.Page;

namespace PodGate.Operator.Accounts;

/// <summary>What a browser keeps besides its session, of one gate.</summary>
/// <param name="gateId">The gate's id.</param>
internal sealed class AccountCookies(string gateId)
{
    /// <summary>That the password was right, and the code is still to come.</summary>
    public GateCookie Half { get; } = new("half", gateId, null);

    /// <summary>That a person is about to set an account up.</summary>
    public GateCookie Welcome { get; } = new("welcome", gateId, null);

    /// <summary>That somebody has signed in with this browser: strangers' guesses do not make it wait. It opens nothing.</summary>
    public GateCookie Browser { get; } = new("browser", gateId, TimeSpan.FromDays(180));
}
