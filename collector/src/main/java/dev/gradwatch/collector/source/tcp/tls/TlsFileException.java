package dev.gradwatch.collector.source.tcp.tls;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A certificate or a key that cannot be used; its message is one line with the file and what is expected of it. */
public final class TlsFileException extends IOException {
    private static final long serialVersionUID = 1L;

    TlsFileException(String message) {
        super(message);
    }

    TlsFileException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
