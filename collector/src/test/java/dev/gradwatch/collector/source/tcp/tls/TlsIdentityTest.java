package dev.gradwatch.collector.source.tcp.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TlsIdentityTest {
    private final LongAdder broken = new LongAdder();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"RSA", "EC", "Ed25519"})
    void key_ofEachKindFits(String algorithm) throws Exception {
        try (TlsIdentity identity = TlsIdentity.load(new Certificates(folder).make("a", algorithm), broken)) {
            assertThat(identity.handler(UnpooledByteBufAllocator.DEFAULT)
                            .engine()
                            .getUseClientMode())
                    .isFalse();
        }
    }

    @Test
    void certificate_thatIsNone() throws Exception {
        TlsFiles good = new Certificates(folder).make("a");
        Path missing = folder.resolve("missing.pem");
        assertRefused(missing, good.key(), "tls-cert: " + missing + " is missing (expected: a PEM certificate chain)");
        assertRefused(good.key(), good.key(), "tls-cert: " + good.key() + " (expected: a PEM certificate chain)");
        Path cut = folder.resolve("cut.pem");
        Files.writeString(cut, Files.readString(good.certificate()).substring(0, 200));
        assertRefused(cut, good.key(), "tls-cert: " + cut + " (expected: a PEM certificate chain)");
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertRefused(empty, good.key(), "tls-cert: " + empty + " (expected: a PEM certificate chain)");
        assertRefused(
                folder, good.key(), "tls-cert: " + folder + " cannot be read (expected: a PEM certificate chain)");
    }

    @Test
    void key_thatIsNoneOrDoesNotFit() throws Exception {
        TlsFiles good = new Certificates(folder).make("a");
        TlsFiles other = new Certificates(folder).make("b");
        TlsFiles rsa = new Certificates(folder).make("c", "RSA");
        assertRefused(
                good.certificate(),
                other.key(),
                "tls-key: " + other.key() + " (expected: the key of the first certificate in " + good.certificate()
                        + ")");
        assertRefused(
                good.certificate(),
                rsa.key(),
                "tls-key: " + rsa.key()
                        + " (expected: the EC key of the certificate, a PEM PKCS#8 key without a password)");
        Path old = folder.resolve("old.key");
        Certificates.write(old, "RSA PRIVATE KEY", new byte[] {1, 2, 3});
        assertRefused(
                good.certificate(),
                old,
                "tls-key: " + old + " holds a RSA PRIVATE KEY (expected: a PEM PKCS#8 key without a password;"
                        + " openssl pkcs8 -topk8 -nodes makes one)");
    }

    private void assertRefused(Path certificate, Path key, String message) {
        assertThatThrownBy(() -> TlsIdentity.load(new TlsFiles(certificate, key), broken))
                .isInstanceOf(IOException.class)
                .hasMessage(message);
    }

    @Test
    void look_takesWhatReplacedTheFiles() throws Exception {
        TlsFiles files = new Certificates(folder).make("a");
        TlsFiles next = new Certificates(folder).make("b");
        try (TlsIdentity identity = TlsIdentity.load(files, broken)) {
            assertThat(subject(identity)).isEqualTo("CN=a");
            Files.move(next.certificate(), files.certificate(), StandardCopyOption.REPLACE_EXISTING);
            // The key comes a moment later: until then nothing changes, and nobody is alarmed.
            identity.look();
            assertThat(subject(identity)).isEqualTo("CN=a");
            Files.move(next.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
            identity.look();
            assertThat(subject(identity)).isEqualTo("CN=b");
            assertThat(broken.sum()).isZero();
        }
    }

    @Test
    void look_followsLinksAsKubernetesMakesThem() throws Exception {
        Path first = Files.createDirectory(folder.resolve("..1"));
        Path second = Files.createDirectory(folder.resolve("..2"));
        new Certificates(first).make("tls");
        new Certificates(second).make("tls", "RSA");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), first);
        TlsFiles files = new TlsFiles(
                Files.createSymbolicLink(folder.resolve("tls.pem"), Path.of("..data/tls.pem")),
                Files.createSymbolicLink(folder.resolve("tls.key"), Path.of("..data/tls.key")));
        try (TlsIdentity identity = TlsIdentity.load(files, broken)) {
            assertThat(certificate(identity).getPublicKey().getAlgorithm()).isEqualTo("EC");
            Path fresh = Files.createSymbolicLink(folder.resolve("..fresh"), second);
            Files.move(fresh, data, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            identity.look();
            assertThat(certificate(identity).getPublicKey().getAlgorithm()).isEqualTo("RSA");
        }
    }

    @Test
    void look_keepsWhatWorks_andCountsABrokenPairOnce() throws Exception {
        TlsFiles files = new Certificates(folder).make("a");
        TlsFiles next = new Certificates(folder).make("b");
        try (TlsIdentity identity = TlsIdentity.load(files, broken)) {
            Files.writeString(files.certificate(), "not a certificate");
            for (int i = 0; i < 5; i++) {
                identity.look();
            }
            assertThat(subject(identity)).isEqualTo("CN=a");
            assertThat(broken.sum()).isEqualTo(1);
            Files.delete(files.certificate());
            for (int i = 0; i < 5; i++) {
                identity.look();
            }
            assertThat(broken.sum()).isEqualTo(2);
            Files.copy(next.certificate(), files.certificate());
            Files.copy(next.key(), files.key(), StandardCopyOption.REPLACE_EXISTING);
            identity.look();
            assertThat(subject(identity)).isEqualTo("CN=b");
            assertThat(broken.sum()).isEqualTo(2);
        }
    }

    private static String subject(TlsIdentity identity) throws Exception {
        return certificate(identity).getSubjectX500Principal().getName();
    }

    private static X509Certificate certificate(TlsIdentity identity) throws Exception {
        return identity.certificate();
    }
}
