using PodGate.Core.Pods;

namespace PodGate.Core.Health;

/// <summary>Judges what clients' requests say about a pod.</summary>
public static class TrafficJudge
{
}
