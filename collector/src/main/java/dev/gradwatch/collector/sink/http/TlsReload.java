package dev.gradwatch.collector.sink.http;

import dev.gradwatch.collector.sink.http.guard.Certificates;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gives the server a certificate, and the next one when its files change. What is no use is said once, and the one in use stays. */
final class TlsReload {
    private static final Logger log = LoggerFactory.getLogger(TlsReload.class);

    private final TlsFiles files;
    private final Certificates certificates;
    private final Vertx vertx;
    private final AtomicBoolean checking = new AtomicBoolean();
    private volatile @Nullable String complaint;

    TlsReload(TlsFiles files, Vertx vertx) {
        this.files = files;
        this.certificates = new Certificates(files.certificate(), files.key());
        this.vertx = vertx;
    }

    KeyCertOptions first() throws IOException {
        ServerSSLOptions options = certificates.changed(vertx);
        if (options == null) {
            throw new IllegalStateException("first: called before (expected: once)");
        }
        return options.getKeyCertOptions();
    }

    void watch(HttpServer server, Executor workers) {
        vertx.setPeriodic(files.checkEvery().toMillis(), tick -> {
            if (checking.compareAndSet(false, true)) {
                try {
                    workers.execute(() -> check(server));
                } catch (RejectedExecutionException e) {
                    // The workers are busy, or ending; the next tick is soon.
                    checking.set(false);
                }
            }
        });
    }

    private void check(HttpServer server) {
        try {
            ServerSSLOptions changed = certificates.changed(vertx);
            if (changed != null) {
                server.updateSSLOptions(changed)
                        .onSuccess(updated -> log.info("The certificate in {} is in use now", files.certificate()))
                        .onFailure(failure -> complain(
                                files.certificate() + ": " + failure.getClass().getSimpleName()));
                complaint = null;
            }
        } catch (NoSuchFileException e) {
            complain(e.getMessage() + ": not there");
        } catch (IOException e) {
            complain(String.valueOf(e.getMessage()));
        } finally {
            checking.set(false);
        }
    }

    private void complain(String reason) {
        if (!reason.equals(complaint)) {
            complaint = reason;
            log.warn("TLS: {}; the certificate that is in use stays", reason);
        }
    }
}
