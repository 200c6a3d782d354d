package dev.gradwatch.collector.source.tcp.tls;

import java.nio.file.Path;

/**
 * Where a certificate and its key lie; symbolic links are followed at each look.
 *
 * @param certificate PEM, the collector's own certificate first, then those that lead to the CA's
 * @param key PEM, PKCS#8, without a password
 */
public record TlsFiles(Path certificate, Path key) {}
