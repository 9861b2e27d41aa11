using System.Net;
using PodGate.Core.Pods;

namespace PodGate.Control.Configuration.Reading;

/// <summary>What must hold between keys. A relation is left alone when one of its keys has a mistake of its own.</summary>
internal static class ConfigurationRules
{
    /// <summary>Checks all relations.</summary>
    /// <param name="configuration">As read so far, with full paths.</param>
    /// <param name="pods">How many pods are written, the wrong ones included.</param>
    /// <param name="now">For the dates of certificates.</param>
    /// <param name="findings">Where complaints go.</param>
    public static void Check(GateConfiguration configuration, int pods, DateTimeOffset now, Findings findings)
    {
        CheckFleet(configuration.Fleet, pods, findings);
        EvidenceRules.Check(configuration, findings);
        CheckAddresses(configuration, findings);
        CheckReferences(configuration, findings);
        PinRules.Check(configuration, findings);
        CheckListeners(configuration, findings);
        CheckCertificates(configuration, now, findings);
        AccessRules.Check(configuration, findings);
    }

    private static void CheckFleet(FleetSettings fleet, int pods, Findings findings)
    {
        Relations.NotLonger("Probing.FastInterval", fleet.FastProbeInterval, "Probing.Interval", fleet.ProbeInterval, findings);
        Relations.NotLonger("Failover.SuspensionHold", fleet.SuspensionHold, "Failover.SuspensionHoldLongest", fleet.SuspensionHoldLongest, findings);

        const string MinimumOpen = "Failover.MinimumOpen";
        if (!findings.AreWell(MinimumOpen) || pods == 0 || fleet.MinimumOpen is not { } open)
            return;
        var place = findings.PlaceOf(MinimumOpen);
        if (open > pods)
            findings.Error(
                place,
                MinimumOpen,
                $"{open} is more than there are pods ({pods})",
                $"write 1 to {pods}, or null for half of them, rounded up");
        else if (open == pods && pods > 1)
            findings.Warning(
                place,
                MinimumOpen,
                $"{open} is all of the pods, so that automation never takes out one that still answers",
                $"write less than {pods} unless that is meant");
    }

    private static void CheckAddresses(GateConfiguration configuration, Findings findings)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pod in configuration.Fleet.Pods.Values)
        {
            var key = WrittenValue.Join("Pods", pod.Name) + ".Address";
            var address = pod.Address.GetLeftPart(UriPartial.Path).TrimEnd('/');
            if (!owners.TryAdd(address, pod.Name))
                findings.Error(
                    findings.PlaceOf(key),
                    key,
                    $"\"{address}\" is the address of {owners[address]} too",
                    "give each pod an address of its own");
            else if (IsSelf(pod.Address, configuration, findings))
                findings.Error(
                    findings.PlaceOf(key),
                    key,
                    $"\"{address}\" is a listener of the gate itself",
                    "write the address of the pod");
            else if (IsSelf(pod.Health.Url, configuration, findings))
                CheckHealthUrl(pod);
        }

        // Through the gate any pod would answer, and each would be as well as the best.
        void CheckHealthUrl(PodSettings pod)
        {
            var key = WrittenValue.Join("Pods", pod.Name) + ".Health";
            findings.Error(
                findings.PlaceOf($"{key}.Url", key),
                findings.IsSet($"{key}.Url") ? $"{key}.Url" : key,
                $"{WebUrl.Quote(pod.Health.Url.OriginalString)} is a listener of the gate itself",
                "write where the pod answers");
        }
    }

    private static void CheckReferences(GateConfiguration configuration, Findings findings)
    {
        var pods = configuration.Fleet.Pods.Values;
        var hasPodsElsewhere = pods.Any(pod => !IsLoopback(pod.Address));
        for (var i = 0; i < configuration.Fleet.References.Length; i++)
        {
            var (key, reference) = ($"Probing.References[{i}]", configuration.Fleet.References[i]);
            if (!findings.AreWell(key))
                continue;
            var shown = WebUrl.Quote(reference.OriginalString);
            if (IsSelf(reference, configuration, findings))
                findings.Error(
                    findings.PlaceOf(key),
                    key,
                    $"{shown} is a listener of the gate itself, which always answers",
                    "name something else, such as the gateway's address");
            else if (pods.FirstOrDefault(pod => Leads(pod.Address, reference) || Leads(pod.Health.Url, reference)) is { } same)
                Warn($"{shown} is {same.Name}, and pods are witnesses for each other anyway");
            else if (hasPodsElsewhere && IsLoopback(reference))
                Warn($"{shown} is on this machine, and answers also when the network is gone");
            else if (reference.OriginalString.StartsWith(ReferenceKind.DnsPrefix, StringComparison.Ordinal) && reference.HostNameType == UriHostNameType.Dns)
                Warn($"{shown} names a DNS server that has to be looked up by DNS first");

            void Warn(string what) => findings.Warning(findings.PlaceOf(key), key, what, "name something else, such as the gateway's address");
        }

        static bool Leads(Uri one, Uri other) => one.IdnHost == other.IdnHost && one.Port == other.Port;

        static bool IsLoopback(Uri url) => url.IdnHost == "localhost" || (IPAddress.TryParse(url.IdnHost, out var address) && IPAddress.IsLoopback(address));
    }

    private static bool IsSelf(Uri target, GateConfiguration configuration, Findings findings) =>
        ListenersOf(configuration).Any(listener => IsSelf(target, listener.Settings.Url) && findings.AreWell(listener.Key));

    /// <summary>Whether a pod's address leads back into a listener, as far as that can be seen without resolving names.</summary>
    private static bool IsSelf(Uri pod, Uri listener)
    {
        if (pod.Port != listener.Port || (pod.IdnHost != "localhost" && !IPAddress.TryParse(pod.IdnHost, out _)))
            return false;
        return ListenUrlKind.Addresses(pod).Any(address => ListenUrlKind.Addresses(listener).Any(own =>
            own.Equals(address) || (IPAddress.IsLoopback(address) && (own.Equals(IPAddress.Any) || own.Equals(IPAddress.IPv6Any)))));
    }

    private static void CheckListeners(GateConfiguration configuration, Findings findings)
    {
        var listeners = ListenersOf(configuration).Where(listener => findings.AreWell(listener.Key)).ToList();
        for (var i = 0; i < listeners.Count; i++)
        {
            var (key, urlKey, listen) = listeners[i];
            var shown = WrittenValue.Quote(ListenUrlKind.Write(listen.Url));
            if (key == "Admin" && listen.Url.Scheme == Uri.UriSchemeHttp && !ListenUrlKind.IsLoopback(listen.Url) && !configuration.Admin.AllowPlainHttp)
                findings.Error(
                    findings.PlaceOf(urlKey),
                    urlKey,
                    $"{shown} would send tokens in clear over the network",
                    "write a loopback address, such as \"http://127.0.0.1:9090\", or https with Admin.Certificate");
            if (listen is { Protocols: ListenProtocols.Http1AndHttp2, Url.Scheme: "http" })
                findings.Error(
                    findings.PlaceOf($"{key}.Protocols", key),
                    $"{key}.Protocols",
                    "\"Http1AndHttp2\" needs https: without TLS a client cannot say which of the two it speaks",
                    "write \"Http1\", and give HTTP/2 a listener of its own with \"Http2\"");

            // The first of two listeners keeps its port; the complaint is about the later one, or about whichever was written at all.
            if (listeners.Take(i).FirstOrDefault(earlier => ListenUrlKind.Collide(earlier.Settings.Url, listen.Url)) is { Settings: not null } other)
                findings.Error(
                    findings.PlaceOf(urlKey, key, other.UrlKey, other.Key, "Listen"),
                    urlKey,
                    $"{shown} wants the port that {other.UrlKey} has, \"{ListenUrlKind.Write(other.Settings.Url)}\"",
                    "write another port");
        }
    }

    private static void CheckCertificates(GateConfiguration configuration, DateTimeOffset now, Findings findings)
    {
        foreach (var (key, urlKey, listen) in ListenersOf(configuration))
        {
            if (findings.AreWell(key))
                CertificateCheck.Check(listen, key, urlKey, now, findings);
        }
    }

    private static IEnumerable<(string Key, string UrlKey, ListenSettings Settings)> ListenersOf(GateConfiguration configuration)
    {
        for (var i = 0; i < configuration.Listen.Length; i++)
            yield return ($"Listen[{i}]", $"Listen[{i}]", configuration.Listen[i]);
        yield return ("Admin", "Admin.Listen", configuration.Admin.Listen);
    }
}
