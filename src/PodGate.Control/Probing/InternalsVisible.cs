using System.Runtime.CompilerServices;

// What is tested by tables (the meaning of single socket errors, for instance) is not public for it.
[assembly: InternalsVisibleTo("PodGate.Control.Tests")]
