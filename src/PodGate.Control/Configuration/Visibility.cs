using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("PodGate.Control.Tests")]
