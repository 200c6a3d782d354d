/**
 * The collector's own certificate and key: reads them from PEM files, looks at the files again every few seconds, and makes the TLS end of new
 * connections. Fed by files alone; it never looks at what passes through a connection, and never writes a key anywhere.
 */
@NullMarked
package dev.gradwatch.collector.source.tcp.tls;

import org.jspecify.annotations.NullMarked;
