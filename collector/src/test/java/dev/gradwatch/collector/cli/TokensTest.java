package dev.gradwatch.collector.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokensTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final String ANYWHERE = "0.0.0.0:7787";

    @TempDir
    Path folder;

    @Test
    void wanted_isNoneOnLoopback() throws Exception {
        assertThat(wanted("127.0.0.1:7787", null, false)).isNull();
        assertThat(wanted("[::1]:7787", "", false)).isNull();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void wanted_isTheOneGiven() throws Exception {
        for (String address : new String[] {"127.0.0.1:7787", ANYWHERE}) {
            Tokens.Wanted given = wanted(address, "given", false);
            assertThat(given.sha256().bytes()).isEqualTo(sha256("given"));
            assertThat(given.fresh()).isNull();
            assertThat(given.made()).isNull();
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void wanted_isMadeOnceAndOnlyItsHashIsKept() throws Exception {
        Tokens.Wanted first = wanted(ANYWHERE, null, false);
        assertThat(first.fresh()).hasSize(24);
        assertThat(first.sha256().bytes()).isEqualTo(sha256(first.fresh()));
        assertThat(first.made()).isEqualTo(NOW);
        assertThat(first.toString()).doesNotContain(first.fresh());
        Path file = folder.resolve("state/token-reporters-7787");
        assertThat(Files.readString(file)).doesNotContain(first.fresh()).contains("2026-01-01T00:00:00Z");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
                .isEqualTo("rwx------");

        Tokens.Wanted second = wanted(ANYWHERE, null, false);
        assertThat(second.fresh()).isNull();
        assertThat(second.made()).isEqualTo(NOW);
        assertThat(second.sha256().bytes()).isEqualTo(first.sha256().bytes());

        Tokens.Wanted another = wanted(ANYWHERE, null, true);
        assertThat(another.fresh()).hasSize(24).isNotEqualTo(first.fresh());
        assertThat(wanted(ANYWHERE, null, false).sha256().bytes())
                .isEqualTo(another.sha256().bytes());
        assertThat(file.getParent().toFile().list()).containsExactly("token-reporters-7787");
    }

    @Test
    void wanted_isAnotherForEachRoleAndPort() throws Exception {
        InetSocketAddress address = new AddressConverter().convert(ANYWHERE);
        Path state = folder.resolve("state");
        InstantSource clock = InstantSource.fixed(NOW);
        Tokens.Wanted people = Tokens.wanted(Tokens.Role.PEOPLE, address, null, false, state, clock);

        assertThat(wanted(ANYWHERE, null, false).fresh()).isNotNull().isNotEqualTo(people.fresh());
        assertThat(wanted("0.0.0.0:7799", null, false).fresh()).isNotNull();
        assertThat(state.toFile().list())
                .containsExactlyInAnyOrder("token-people-7787", "token-reporters-7787", "token-reporters-7799");
    }

    @Test
    void wanted_ofAPortByChanceIsNotKept() throws Exception {
        assertThat(wanted("0.0.0.0:0", null, false).fresh()).hasSize(24);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void file_thatOthersMayReadOrThatIsBroken() throws Exception {
        wanted(ANYWHERE, null, false);
        Path file = folder.resolve("state/token-reporters-7787");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        assertThatThrownBy(() -> wanted(ANYWHERE, null, false))
                .isInstanceOf(IOException.class)
                .hasMessage("token: " + file + " is rw-rw---- (expected: rw-------; --new-token makes another)");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        for (String text :
                new String[] {"", "sha256 12 made now", "x".repeat(2000), "sha256 " + "0".repeat(64) + " made never"}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> wanted(ANYWHERE, null, false))
                    .hasMessage("token: " + file
                            + " is not as it was written (expected: a hash; --new-token makes another)");
        }
        assertThat(wanted(ANYWHERE, null, true).fresh()).hasSize(24);
    }

    @Test
    void tokenFile_ofSomebodyElseIsReadWithoutItsLineBreak() throws Exception {
        Path file = folder.resolve("secret");
        Files.writeString(file, "s3cret\n");
        assertThat(GivenToken.in(file)).isEqualTo("s3cret");
        for (String text : new String[] {"", "\n", "a\nb\n", "x".repeat(1025)}) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> GivenToken.in(file))
                    .hasMessage("token-file: " + file + " (expected: one line of 1-1024 bytes)");
        }
        Path missing = folder.resolve("missing");
        assertThatThrownBy(() -> GivenToken.in(missing))
                .hasMessage("token-file: " + missing + " cannot be read (expected: a file with a token)");
    }

    private Tokens.Wanted wanted(String address, String given, boolean anew) throws IOException {
        InetSocketAddress listen = new AddressConverter().convert(address);
        return Tokens.wanted(
                Tokens.Role.REPORTERS, listen, given, anew, folder.resolve("state"), InstantSource.fixed(NOW));
    }

    private static byte[] sha256(String text) throws Exception {
        return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    }
}
