namespace PodGate.Core.Pods;

/// <summary>What is durable of a pod: everything that must survive a restart, and nothing that is measured.</summary>
/// <param name="Name">The pod's name in the configuration.</param>
/// <param name="Address">Its address when last configured; a new name on a latched pod's address inherits the latch.</param>
/// <param name="Version">Counts the durable changes of this pod, from 1; commands name it to say what they saw.</param>
/// <param name="Intent">What people want.</param>
/// <param name="Latch">What automation condemned, or null.</param>
/// <param name="FirstPassed">When the pod first passed its probes since it was configured, or null while it never did.</param>
/// <param name="Configured">False once it was taken out of the configuration; kept so that a pod coming back still has its latch.</param>
public sealed record PodRecord(
    string Name,
    string Address,
    long Version,
    PodIntent Intent,
    Latch? Latch,
    DateTimeOffset? FirstPassed,
    bool Configured = true)
{
    /// <summary>
    /// The soft drain in force keeps nobody any more: all fell quiet, or the pod was sick. What is gone does not come back, not even by a restart of the gate.
    /// </summary>
    public bool KeepsNobody { get; init; }

    /// <summary>What somebody wants the others to know of the pod ("I am on it"), until the pod is enabled; null: nothing.</summary>
    public PodNote? Note { get; init; }
}

/// <summary>What somebody wants the others to know of a pod.</summary>
/// <param name="Who">Who left it.</param>
/// <param name="Text">What; 1 to 500 characters, no control characters.</param>
/// <param name="At">When.</param>
public sealed record PodNote(string Who, string Text, DateTimeOffset At);
