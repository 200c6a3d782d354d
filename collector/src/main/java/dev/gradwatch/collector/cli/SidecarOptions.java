package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.GpuThresholds;
import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a {@link Sidecar} is made of.
 *
 * @param listen where reporters connect; port 0 takes a free one
 * @param token what they must say; null where none is needed, as on loopback
 * @param tls the certificate of the reporters' port; null where it is plain text
 * @param record the file that observations are recorded in; null where they are not
 * @param thresholds from when on what GPUs do is told
 */
record SidecarOptions(
        InetSocketAddress listen,
        Tokens.@Nullable Wanted token,
        @Nullable TlsFiles tls,
        @Nullable Path record,
        GpuThresholds thresholds) {
    SidecarOptions {
        if (token == null && !Tokens.isLoopback(listen)) {
            throw new IllegalArgumentException(listen + ": no token (expected: one, beyond loopback)");
        }
    }

    /** Plain text, and a token that is kept nowhere. */
    SidecarOptions(InetSocketAddress listen, @Nullable String token, @Nullable Path record) {
        this(listen, Tokens.given(token), null, record, GpuThresholds.DEFAULTS);
    }

    SidecarOptions with(GpuThresholds others) {
        return new SidecarOptions(listen, token, tls, record, others);
    }

    @Override
    public String toString() {
        // The token stays out of logs.
        return "SidecarOptions[listen=" + listen + ", tls=" + tls + ", record=" + record + "]";
    }
}
