using System.Runtime.CompilerServices;

// The tests of this room check the hash against its published vectors, which no public member shows.
[assembly: InternalsVisibleTo("PodGate.Core.Tests")]
