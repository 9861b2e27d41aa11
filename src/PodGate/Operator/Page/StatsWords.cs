namespace PodGate.Operator.Page;

/// <summary>The words of the page of the traffic statistics.</summary>
internal sealed record StatsWords
{
    private static readonly StatsWords English = new()
    {
        Traffic = "Traffic",
        AllPods = "all, together",
        Days = "Days",
        Day = "Day (UTC)",
        Requests = "Requests",
        RequestsADay = "Requests a day",
        MostOnADay = "At most {0}.",
        FromClients = "From clients",
        ToClients = "To clients",
        Clients = "Clients, about",
        Hint = "Days are in UTC. As of the last full minute; a killed gate forgets what it counted since. Errors are attempts that ended as the pod's failure.",
        ClientsHint = "Clients are distinct sources, estimated to 1.6 %; those of several days or pods cannot be added up.",
        Nothing = "Nothing was carried in that time.",
    };

    private static readonly StatsWords German = new()
    {
        Traffic = "Verkehr",
        AllPods = "alle zusammen",
        Days = "Tage",
        Day = "Tag (UTC)",
        Requests = "Anfragen",
        RequestsADay = "Anfragen am Tag",
        MostOnADay = "Höchstens {0}.",
        FromClients = "Von Kunden",
        ToClients = "An Kunden",
        Clients = "Kunden, etwa",
        Hint = "Tage gelten in UTC. Stand der letzten vollen Minute; was seitdem gezählt wurde, vergisst ein Gate, das hart beendet wird. Fehler sind Versuche, an denen der Pod scheiterte.",
        ClientsHint = "Kunden sind verschiedene Quellen, auf 1,6 % geschätzt; die mehrerer Tage oder Pods lassen sich nicht zusammenzählen.",
        Nothing = "In dieser Zeit gab es keinen Verkehr.",
    };

    public required string Traffic { get; init; }

    public required string AllPods { get; init; }

    public required string Days { get; init; }

    public required string Day { get; init; }

    public required string Requests { get; init; }

    public required string RequestsADay { get; init; }

    public required string MostOnADay { get; init; }

    public required string FromClients { get; init; }

    public required string ToClients { get; init; }

    public required string Clients { get; init; }

    public required string Hint { get; init; }

    public required string ClientsHint { get; init; }

    public required string Nothing { get; init; }

    /// <summary>Those of the page's language.</summary>
    /// <param name="words">The page's own words.</param>
    public static StatsWords Of(PageWords words) => words.Tag == PageWords.English.Tag ? English : German;
}
