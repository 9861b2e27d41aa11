using System.Runtime.CompilerServices;

// The journal's tests damage its files and shrink its limits.
[assembly: InternalsVisibleTo("PodGate.Control.Tests")]
[assembly: InternalsVisibleTo("PodGate.JournalHarness")]
