package dev.gradwatch.collector.sink.http.guard;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vertx.core.net.impl.KeyStoreHelper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key, read from PEM files again where these changed. Blocks on the disk. Not thread-safe.
 *
 * <p>Whoever renews a certificate writes two files, one after the other. In between they do not belong together, and a server that took
 * them would fail every handshake; so a key must prove that it is the certificate's before either is used.
 */
public final class Certificates {
    private static final int MAX_BYTES = 1 << 20;
    private static final byte[] PROOF = {1, 2, 3};

    private final Path certificate;
    private final Path key;
    private @Nullable Buffer lastCertificate;
    private @Nullable Buffer lastKey;

    public Certificates(Path certificate, Path key) {
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * What the files hold now; null where that is what they held the last time, good or bad.
     *
     * @throws IOException with the file and the reason, without what it holds
     */
    public @Nullable ServerSSLOptions changed(Vertx vertx) throws IOException {
        Buffer certificateNow = read(certificate);
        Buffer keyNow = read(key);
        if (certificateNow.equals(lastCertificate) && keyNow.equals(lastKey)) {
            return null;
        }
        lastCertificate = certificateNow;
        lastKey = keyNow;
        PemKeyCertOptions pem =
                new PemKeyCertOptions().setCertValue(certificateNow).setKeyValue(keyNow);
        check(pem, vertx);
        return new ServerSSLOptions().setKeyCertOptions(pem);
    }

    private static Buffer read(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + ": larger than a PEM file is (expected: at most 1 MiB)");
        }
        return Buffer.buffer(Files.readAllBytes(file));
    }

    private void check(PemKeyCertOptions pem, Vertx vertx) throws IOException {
        boolean pair;
        try {
            KeyStore store = pem.loadKeyStore(vertx);
            String alias = Collections.list(store.aliases()).get(0);
            Certificate leaf = store.getCertificateChain(alias)[0];
            pair = belongs(
                    (PrivateKey) store.getKey(alias, KeyStoreHelper.DUMMY_PASSWORD.toCharArray()), leaf.getPublicKey());
        } catch (Exception e) {
            // Of a file that is not PEM the parsers throw what they like; a cause's text could quote the key.
            throw new IOException(certificate + ", " + key + ": " + e.getClass().getSimpleName()
                    + " (expected: a PEM certificate chain and its PEM key)");
        }
        if (!pair) {
            throw new IOException(key + ": another certificate's key (expected: that of " + certificate + ")");
        }
    }

    private static boolean belongs(PrivateKey key, PublicKey certified) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(
                switch (key.getAlgorithm()) {
                    case "RSA" -> "SHA256withRSA";
                    case "EC" -> "SHA256withECDSA";
                    default -> key.getAlgorithm();
                });
        signature.initSign(key);
        signature.update(PROOF);
        byte[] proof = signature.sign();
        try {
            signature.initVerify(certified);
            signature.update(PROOF);
            return signature.verify(proof);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
