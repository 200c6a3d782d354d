package dev.gradwatch.agent.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A CA of a test, with certificates of its own, made by the JDK's keytool. */
final class Authority {
    private static final String PASSWORD = "changeit";

    /** The CA's certificate, as a reporter is given it. */
    final Path ca;

    private final Path folder;
    private final String name;

    Authority(Path folder, String name) throws Exception {
        this.folder = folder;
        this.name = name;
        ca = folder.resolve(name + ".pem");
        keytool(name, "-genkeypair", "-dname", "CN=" + name, "-keyalg", "EC", "-ext", "bc:c");
        keytool(name, "-exportcert", "-rfc", "-file", ca.toString());
    }

    /** A server's context with a certificate of this CA. */
    SSLContext context(String server, String subjectAltName) throws Exception {
        Path request = folder.resolve(server + ".csr");
        Path certificate = folder.resolve(server + ".pem");
        keytool(server, "-genkeypair", "-dname", "CN=" + server, "-keyalg", "EC");
        keytool(server, "-certreq", "-file", request.toString());
        keytool(
                name,
                "-gencert",
                "-rfc",
                "-infile",
                request.toString(),
                "-outfile",
                certificate.toString(),
                "-ext",
                "san=" + subjectAltName);
        Path chain = folder.resolve(server + "-chain.pem");
        Files.writeString(chain, Files.readString(certificate) + Files.readString(ca));
        keytool(server, "-importcert", "-noprompt", "-file", chain.toString());
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(server + ".p12"))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    /** The server's own certificate, without its CA. */
    Path certificate(String server) {
        return folder.resolve(server + ".pem");
    }

    private void keytool(String alias, String command, String... more) throws Exception {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                command,
                "-alias",
                alias,
                "-storetype",
                "PKCS12",
                "-keystore",
                folder.resolve(alias + ".p12").toString(),
                "-storepass",
                PASSWORD));
        words.addAll(List.of(more));
        Path printed = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).as(Files.readString(printed)).isZero();
    }
}
