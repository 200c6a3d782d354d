package dev.gradwatch.collector.source.tcp.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who the collector is in TLS, as its files say now. {@link #load} reads them; after {@link #watch} a thread of its own, which alone waits for the
 * disk, looks at them every few seconds, and connections made from then on get what it found. Live ones keep what they have. A pair of files that
 * cannot be used changes nothing. Thread-safe; whoever loads one closes it, and {@link #close} may be called twice.
 */
public final class TlsIdentity implements AutoCloseable {
    private static final Logger logger = LoggerFactory.getLogger(TlsIdentity.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(3);

    private final TlsFiles files;
    private final LongAdder broken;
    private volatile Pair pair;
    private List<FileStamp> loaded;
    private @Nullable List<FileStamp> doubted;
    private boolean complained;
    private @Nullable ScheduledExecutorService watcher;

    private TlsIdentity(TlsFiles files, LongAdder broken, List<FileStamp> stamps, Pair pair) {
        this.files = files;
        this.broken = broken;
        this.loaded = stamps;
        this.pair = pair;
    }

    /** What new connections get: the certificate, and it as TLS uses it. */
    private record Pair(X509Certificate certificate, SslContext context) {}

    /**
     * Reads the files.
     *
     * @param broken counts pairs of files that took the place of good ones and could not be used
     * @throws TlsFileException in one line with the file and what is expected of it, also where the key is not the certificate's
     */
    public static TlsIdentity load(TlsFiles files, LongAdder broken) throws TlsFileException {
        List<FileStamp> stamps = stamps(files);
        return new TlsIdentity(files, broken, stamps, read(files));
    }

    /** Begins to look at the files again and again. */
    public synchronized void watch() {
        if (watcher == null) {
            watcher = Executors.newSingleThreadScheduledExecutor(TlsIdentity::daemon);
            ScheduledFuture<?> unused = watcher.scheduleWithFixedDelay(
                    this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "gradwatch-tls-files");
        thread.setDaemon(true);
        return thread;
    }

    /** The TLS end of a new connection. Its handshake has no deadline of its own. */
    public SslHandler handler(ByteBufAllocator allocator) {
        SslHandler handler = pair.context().newHandler(allocator);
        // The session bounds handshake and Hello together; a second clock would only race it.
        handler.setHandshakeTimeoutMillis(0);
        return handler;
    }

    /** The one that new connections get. */
    X509Certificate certificate() {
        return pair.certificate();
    }

    /**
     * Reads the files if they are others than at the last look. Certificate and key are rarely replaced in the same moment, so a pair is called
     * broken only when the next look finds it unchanged; that is logged and counted once for each pair.
     */
    synchronized void look() {
        List<FileStamp> now = stamps(files);
        if (now.equals(loaded)) {
            doubted = null;
            return;
        }
        if (now.equals(doubted) && complained) {
            return;
        }
        try {
            pair = read(files);
            loaded = now;
            doubted = null;
            logger.info("tls: {} was read again", files.certificate());
        } catch (IOException | RuntimeException e) {
            complained = now.equals(doubted);
            doubted = now;
            if (complained) {
                broken.increment();
                logger.warn("{}; the certificate that was read before stays in use", e.getMessage());
            }
        }
    }

    private static List<FileStamp> stamps(TlsFiles files) {
        return List.of(FileStamp.of(files.certificate()), FileStamp.of(files.key()));
    }

    private static Pair read(TlsFiles files) throws TlsFileException {
        List<X509Certificate> chain = PemFile.certificates(files.certificate());
        X509Certificate own = chain.get(0);
        PrivateKey key = PemFile.key(files.key(), own.getPublicKey().getAlgorithm());
        if (!KeyPairCheck.fits(key, own.getPublicKey())) {
            throw new TlsFileException("tls-key: " + files.key() + " (expected: the key of the first certificate in "
                    + files.certificate() + ")");
        }
        warnOfDates(files, own);
        try {
            SslContext context = SslContextBuilder.forServer(key, chain.toArray(new X509Certificate[0]))
                    .sslProvider(SslProvider.JDK)
                    .protocols("TLSv1.3", "TLSv1.2")
                    .build();
            return new Pair(own, context);
        } catch (IOException | IllegalArgumentException e) {
            throw new TlsFileException(
                    "tls-cert: " + files.certificate() + " (expected: a PEM certificate chain that TLS can use)", e);
        }
    }

    /** Reporters will refuse it, and say so where nobody may look; the collector's operator should hear of it too. */
    private static void warnOfDates(TlsFiles files, X509Certificate own) {
        try {
            own.checkValidity();
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            logger.warn(
                    "tls-cert: {} is valid from {} to {} (expected: now to be between)",
                    files.certificate(),
                    own.getNotBefore().toInstant(),
                    own.getNotAfter().toInstant());
        }
    }

    @Override
    public synchronized void close() {
        if (watcher != null) {
            watcher.shutdownNow();
        }
    }
}
