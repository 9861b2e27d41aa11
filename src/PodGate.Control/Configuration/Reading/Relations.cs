namespace PodGate.Control.Configuration.Reading;

/// <summary>What two keys may have to do with each other, in words.</summary>
internal static class Relations
{
    /// <summary>Complains of a duration that is longer than another one allows, unless one of the two has a mistake of its own.</summary>
    public static bool NotLonger(string key, TimeSpan value, string limitKey, TimeSpan limit, Findings findings)
    {
        if (value <= limit || !findings.AreWell(key, limitKey))
            return true;
        var most = Quote(limit);
        findings.Error(
            findings.PlaceOf(key, limitKey),
            key,
            $"{Quote(value)}{Origin(key, findings)} is longer than {limitKey}, {most}{Origin(limitKey, findings)}",
            $"write at most {most}, or more for {limitKey}");
        return false;
    }

    /// <summary>Warns of a duration that is longer than another one.</summary>
    public static void WarnOfLonger(string key, TimeSpan value, string limitKey, TimeSpan limit, string consequence, Findings findings)
    {
        if (value <= limit || !findings.AreWell(key, limitKey))
            return;
        findings.Warning(
            findings.PlaceOf(key, limitKey),
            key,
            $"{Quote(value)}{Origin(key, findings)} is longer than {limitKey}, {Quote(limit)}{Origin(limitKey, findings)}: {consequence}",
            $"write at most {Quote(limit)}, or more for {limitKey}, unless that is meant");
    }

    /// <summary>A duration between quotes.</summary>
    public static string Quote(TimeSpan value) => $"\"{DurationKind.Write(value)}\"";

    private static string Origin(string key, Findings findings) => findings.IsSet(key) ? "" : " (the default)";
}
