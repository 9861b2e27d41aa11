namespace PodGate.Proxy.Arrivals;

/// <summary>What became of new client connections since the gate started.</summary>
/// <param name="Delayed">Connections that had to wait before they were let in.</param>
/// <param name="TooMany">Connections that were closed since more came than are let in within a second.</param>
/// <param name="HandshakesUnderWay">TLS handshakes that are under way now.</param>
/// <param name="HandshakesRefused">Connections that were closed since too many handshakes were under way for as long as one may wait.</param>
/// <param name="HandshakesFailed">TLS handshakes that came to no good end: no TLS, no common version, too slow, or the client went away.</param>
public sealed record ArrivalReading(long Delayed, long TooMany, long HandshakesUnderWay, long HandshakesRefused, long HandshakesFailed);
