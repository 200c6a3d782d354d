package dev.gradwatch.collector.source.tcp;

/**
 * What came in over all connections since the start. When nothing is under way, {@code received == accepted + rejected + skipped}.
 *
 * @param opened connections
 * @param refused connections past a limit, or whose Hello was refused
 * @param received whole frames
 * @param accepted frames that were understood and taken
 * @param rejected frames that broke the protocol, or contradicted what their rank said before
 * @param skipped frames of unknown kinds, after Goodbye, or of a connection whose rank came back on another one
 * @param truncated connections that ended inside a frame
 * @param malformed connections whose bytes were no frames
 * @param timedOut connections that said nothing for too long
 * @param overBudget connections closed because all together held too much
 * @param mismatched connections that spoke plain text where TLS is wanted, or TLS where it is not
 * @param handshakesFailed TLS handshakes that ended without a connection, as where the reporter does not trust the certificate
 * @param shutOut connections closed unheard, because their address said too many wrong tokens
 * @param brokenCertificates pairs of certificate and key that took the place of good ones and could not be used
 * @param failed exceptions that nobody expected; a defect of the collector
 */
public record TcpCounts(
        long opened,
        long refused,
        long received,
        long accepted,
        long rejected,
        long skipped,
        long truncated,
        long malformed,
        long timedOut,
        long overBudget,
        long mismatched,
        long handshakesFailed,
        long shutOut,
        long brokenCertificates,
        long failed) {}
