using System.Runtime.CompilerServices;

// What is tested by tables (the meaning of single socket errors, for instance) is not public for it.
[assembly: InternalsVisibleTo("PodGate.Control.Tests")]

// The benchmark of the metrics page fills the meter of probes.
[assembly: InternalsVisibleTo("Micro")]
