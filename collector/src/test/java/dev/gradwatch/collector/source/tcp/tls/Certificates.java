package dev.gradwatch.collector.source.tcp.tls;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Certificates for tests, each its own CA, made by the JDK's keytool. */
public final class Certificates {
    private static final String PASSWORD = "changeit";
    private static final Base64.Encoder LINES = Base64.getMimeEncoder(64, new byte[] {'\n'});

    private final Path folder;

    public Certificates(Path folder) {
        this.folder = folder;
    }

    /** An EC one for 127.0.0.1, valid now: NAME.pem and NAME.key. */
    public TlsFiles make(String name) throws Exception {
        return make(name, "EC");
    }

    TlsFiles make(String name, String algorithm, String... more) throws Exception {
        Path store = folder.resolve(name + ".p12");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                algorithm,
                "-dname",
                "CN=" + name,
                "-ext",
                "san=ip:127.0.0.1",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(more));
        Path printed = folder.resolve(name + ".log");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(Files.readString(printed)).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        TlsFiles files = new TlsFiles(folder.resolve(name + ".pem"), folder.resolve(name + ".key"));
        write(files.certificate(), "CERTIFICATE", keys.getCertificate(name).getEncoded());
        write(
                files.key(),
                "PRIVATE KEY",
                keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
        return files;
    }

    static void write(Path file, String label, byte[] encoded) throws Exception {
        String pem = "-----BEGIN " + label + "-----\n" + new String(LINES.encode(encoded), US_ASCII) + "\n-----END "
                + label + "-----\n";
        Files.writeString(file, pem, US_ASCII);
    }

    /** What a reporter has that trusts these certificates alone. */
    public static SSLContext trusting(Path... certificates) throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (Path file : certificates) {
            try (InputStream in = Files.newInputStream(file)) {
                Certificate certificate =
                        CertificateFactory.getInstance("X.509").generateCertificate(in);
                trusted.setCertificateEntry(file.toString(), certificate);
            }
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
