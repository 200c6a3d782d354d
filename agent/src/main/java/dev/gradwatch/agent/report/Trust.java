package dev.gradwatch.agent.report;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Whom to believe that it is the collector, the TLS handshake, and what its failure means in a person's words. Immutable. */
final class Trust {
    private static final String EXPECTED = "a PEM file of CA certificates, or system";

    private final SSLContext context;

    private Trust(SSLContext context) {
        this.context = context;
    }

    /**
     * Trusts the certificates of a file, CAs or not, or those that the JVM trusts.
     *
     * @param name what {@code place} is called in the error
     * @param place a file's path, or {@code system}
     * @throws IllegalArgumentException with the file and what was expected
     */
    static Trust of(String name, String place) {
        try {
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(place.equals("system") ? null : store(name, place));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return new Trust(context);
        } catch (NoSuchFileException e) {
            throw refused(name, place, "no such file");
        } catch (CertificateException e) {
            throw refused(name, place, "no certificate in it");
        } catch (IOException | GeneralSecurityException e) {
            throw refused(name, place, String.valueOf(e.getMessage()));
        }
    }

    private static KeyStore store(String name, String place) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        Collection<? extends Certificate> certificates;
        try (InputStream in = Files.newInputStream(Settings.path(place))) {
            certificates = CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
        if (certificates.isEmpty()) {
            throw refused(name, place, "no certificate in it");
        }
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry("ca" + number++, certificate);
        }
        return store;
    }

    private static IllegalArgumentException refused(String name, String place, String problem) {
        return new IllegalArgumentException(name + ": " + place + ": " + problem + " (expected: " + EXPECTED + ")");
    }

    /**
     * Does the handshake on a connected socket; each of its reads waits as long as the socket's timeout says.
     *
     * @throws IOException where the peer is not whom it should be, or the network is at fault; {@link #distrust} tells
     */
    Socket secure(Socket raw, Address address) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(raw, address.host, address.port, true);
        SSLParameters parameters = secured.getSSLParameters();
        parameters.setProtocols(protocols(secured));
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
    }

    private static String[] protocols(SSLSocket socket) {
        List<String> spoken = List.of("TLSv1.3", "TLSv1.2");
        List<String> supported = List.of(socket.getSupportedProtocols());
        return spoken.stream().filter(supported::contains).toArray(String[]::new);
    }

    /** Why a handshake that failed will fail again until somebody mends something; null where the network may be at fault. */
    static @Nullable String distrust(Throwable failure) {
        String deepest = null;
        boolean isCertificate = false;
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof EOFException
                    || cause instanceof SocketException
                    || cause instanceof SocketTimeoutException) {
                return null;
            }
            isCertificate |= cause instanceof CertificateException;
            deepest = cause.getMessage() == null ? deepest : cause.getMessage();
        }
        if (isCertificate) {
            return "its certificate: " + deepest
                    + " (expected: one that tls-ca or GRADWATCH_TLS_CA trusts, for this host)";
        }
        if (!(failure instanceof SSLException)) {
            return null;
        }
        String message = String.valueOf(failure.getMessage());
        if (message.toLowerCase(Locale.ROOT).contains("unrecognized ssl message")) {
            return "it answers in plain text (expected: TLS, so a collector with --tls-cert; or no tls-ca and no GRADWATCH_TLS_CA)";
        }
        return "TLS: " + message + " (expected: a handshake)";
    }
}
