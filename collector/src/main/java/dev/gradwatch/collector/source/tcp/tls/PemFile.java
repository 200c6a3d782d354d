package dev.gradwatch.collector.source.tcp.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one PEM file. What is wrong with it is said in one line, without a word of what a key file holds. */
final class PemFile {
    /** Of a chain of the largest keys in use, dozens of times over. */
    private static final int MAX_BYTES = 1 << 20;

    private static final String CHAIN = "a PEM certificate chain";
    private static final String KEY = "a PEM PKCS#8 key without a password";
    private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");
    private static final Pattern PKCS8 =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*+)-----END PRIVATE KEY-----");
    private static final String CONVERTED = KEY + "; openssl pkcs8 -topk8 -nodes makes one";

    static List<X509Certificate> certificates(Path file) throws TlsFileException {
        byte[] bytes = read("tls-cert", file, CHAIN);
        try {
            List<X509Certificate> chain =
                    CertificateFactory.getInstance("X.509")
                            .generateCertificates(new ByteArrayInputStream(bytes))
                            .stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (!chain.isEmpty() && BEGIN.matcher(text(bytes)).find()) {
                return chain;
            }
        } catch (GeneralSecurityException e) {
            throw new TlsFileException("tls-cert: " + file + " (expected: " + CHAIN + ")", e);
        }
        throw new TlsFileException("tls-cert: " + file + " (expected: " + CHAIN + ")");
    }

    /** @param algorithm that of the certificate's public key */
    static PrivateKey key(Path file, String algorithm) throws TlsFileException {
        String pem = text(read("tls-key", file, KEY));
        Matcher block = PKCS8.matcher(pem);
        if (!block.find()) {
            // PKCS#1, SEC1 and encrypted keys have names of their own, which help more than the file's alone.
            Matcher other = BEGIN.matcher(pem);
            String what = other.find() ? " holds a " + other.group(1) : "";
            throw new TlsFileException("tls-key: " + file + what + " (expected: " + CONVERTED + ")");
        }
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // The cause is left out: providers quote what they could not read.
            throw new TlsFileException(
                    "tls-key: " + file + " (expected: the " + algorithm + " key of the certificate, " + KEY + ")");
        }
    }

    private static byte[] read(String option, Path file, String expected) throws TlsFileException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_BYTES + 1);
            if (bytes.length > MAX_BYTES) {
                throw new TlsFileException(option + ": " + file + " is too long (expected: " + expected + ")");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new TlsFileException(option + ": " + file + " is missing (expected: " + expected + ")", e);
        } catch (AccessDeniedException e) {
            throw new TlsFileException(option + ": " + file + " may not be read (expected: " + expected + ")", e);
        } catch (TlsFileException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsFileException(option + ": " + file + " cannot be read (expected: " + expected + ")", e);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private PemFile() {}
}
