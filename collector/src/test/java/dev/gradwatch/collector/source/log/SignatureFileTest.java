package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Severity;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SignatureFileTest {
    private static final String OWN = """
            {"schema": "gradwatch.signatures/1", "signatures": [
              {"id": "team.loader.empty", "severity": "error", "literals": ["loader ran dry"],
               "pattern": "loader ran dry after (\\\\d+) batches", "fields": ["batches=1:int"],
               "means": "The shards are gone.", "fix": "Mount them.", "trap": "More workers."}]}
            """;

    @TempDir
    Path folder;

    @Test
    void load_usersOwn_isToldBesideTheProjects() throws IOException {
        Signatures signatures = SignatureFile.load(file(OWN));
        List<LogMessage> messages = new ArrayList<>();
        LogText text = new LogText(signatures, Origin.of("log"), messages::add);
        byte[] bytes = "the loader ran dry after 17 batches\nCUDA error: invalid device ordinal\n"
                .getBytes(StandardCharsets.UTF_8);
        text.append(bytes, 0, bytes.length);
        text.end();

        assertThat(messages).extracting(LogMessage::id).containsExactly("team.loader.empty", "cuda.ordinal");
        LogMessage own = messages.get(0);
        assertThat(own.severity()).isEqualTo(Severity.ERROR);
        assertThat(own.fields()).containsEntry("batches", 17);
        assertThat(own.guide()).isEqualTo(new LogMessage.Guide("The shards are gone.", "Mount them.", "More workers."));
    }

    @Test
    void bundled_holdsTheWholeCatalogue() throws IOException {
        assertThat(SignatureFile.bundled().entries())
                .hasSizeGreaterThanOrEqualTo(146)
                .allSatisfy(entry -> {
                    assertThat(entry.text()).as(entry.id()).isNotBlank();
                    assertThat(entry.means()).as(entry.id()).isNotBlank();
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "loader ran dry"]|"dry"]|literals: "dry" (expected: at least 4 bytes of one line)
            (\\\\d+) batches"|(\\\\d+ batches"|pattern: loader ran dry after (\\d+ batches: Unclosed group (expected: a Java regular expression)
            batches=1:int|batches=2:int|field: batches=2:int (expected: a group up to 1)
            batches=1:int|batches:int|field: batches:int (expected: name=group:type such as rank=1:int)
            batches=1:int|batches=1:number|field: batches=1:number (expected: a type of text, int, long, float, ints, floats, names, quoted, flag)
            "severity": "error"|"severity": "bad"|severity: bad (expected: one of [critical, error, fatal, info, n/a, warning])
            "fix"|"fixes"|fixes: unknown key
            team.loader.empty|team loader|id: team loader (expected: words joined by dots, such as team.loader.empty)
            """)
    void load_mistake_namesFileSignatureAndValue(String right, String wrong, String message) throws IOException {
        Path file = file(OWN.replace(right, wrong));

        assertThatThrownBy(() -> SignatureFile.load(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("signatures: " + file + ": ")
                .hasMessageContaining(message);
    }

    @Test
    void load_idThatTheProjectHas_isRefused() throws IOException {
        Path file = file(OWN.replace("team.loader.empty", "cuda.ordinal"));

        assertThatThrownBy(() -> SignatureFile.load(file))
                .hasMessage("signatures: " + file + ": cuda.ordinal: id: given twice (expected: one of its own)");
    }

    @Test
    void load_noJson_orNoFile() throws IOException {
        Path file = file("signatures: yes");

        assertThatThrownBy(() -> SignatureFile.load(file)).hasMessageContaining("(expected: JSON)");
        assertThatThrownBy(() -> SignatureFile.load(folder.resolve("none.json")))
                .hasMessageContaining("none.json (expected: a file that can be read)");
        assertThatThrownBy(() -> SignatureFile.load(file("{}")))
                .hasMessageContaining("schema: none (expected: gradwatch.signatures/1)");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("own.json"), text);
    }
}
