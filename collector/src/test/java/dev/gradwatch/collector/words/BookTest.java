package dev.gradwatch.collector.words;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The book against {@code words/sentences.txt}: what detectors have said in tests, and what they would say where no test has brought them to. */
class BookTest {
    private static final Path SENTENCES = Path.of("src/test/resources/words/sentences.txt");

    private static final Set<String> HANDED_ON = Set.of(
            "ddp.no_trainable",
            "ddp.devices",
            "ddp.bucket_view",
            "ddp.type_mismatch",
            "ddp.static_set_late",
            "ddp.compiled_autograd",
            "dist.debug_bad",
            "nccl.noiface",
            "store.connect",
            "store.inuse",
            "rdzv.not_init",
            "rdzv.twice",
            "rdzv.classes",
            "nnunet.ddp.batch",
            "nnunet.ddp.device",
            "nnunet.noval",
            "tb.terminate_thread");

    static Stream<String> sentences() throws IOException {
        return Files.readAllLines(SENTENCES).stream().filter(line -> !line.isBlank() && !line.startsWith("#"));
    }

    @ParameterizedTest
    @MethodSource("sentences")
    void sentence_isTranslatedWhole_withItsNamesAndNumbers(String text) {
        Translated.sentence(text, text.startsWith("RuntimeError: "));
    }

    /** What the catalogue says of messages that no detector takes up, and of those that detectors hand on: they become details and reasons as they are. */
    static Stream<String> catalogue() throws IOException {
        List<String> texts = new ArrayList<>();
        for (JsonNode signature : new ObjectMapper()
                .readTree(Path.of("src/main/resources/signatures.json").toFile())
                .path("signatures")) {
            String id = signature.path("id").asText();
            if (HANDED_ON.contains(id) || id.startsWith("nnunet.env.")) {
                texts.add(signature.path("means").asText());
            }
            if (HANDED_ON.contains(id)
                    || (id.startsWith("nnunet.verify.")
                            && signature.path("severity").asText().equals("error"))) {
                texts.add(signature.path("fix").asText());
            }
            if (HANDED_ON.contains(id) && !id.startsWith("tb.")) {
                texts.add(signature.path("trap").asText());
            }
        }
        return texts.stream().filter(text -> !text.isBlank());
    }

    @ParameterizedTest
    @MethodSource("catalogue")
    void textOfTheCatalogue_isTranslatedWhole(String text) {
        Translated.sentence(text, false);
    }

    @Test
    void template_isOfASentenceThatIsSaid() throws IOException {
        Set<String> said = new LinkedHashSet<>();
        Stream.concat(sentences(), catalogue())
                .forEach(text -> Translated.BOOK.sentences(text).forEach(sentence -> {
                    if (sentence.template() != null) {
                        said.add(sentence.template().source());
                    }
                }));
        List<String> never = Translated.BOOK.sentences().stream()
                .map(Template::source)
                .distinct()
                .filter(source -> !said.contains(source))
                .toList();

        assertThat(never).isEmpty();
    }

    @Test
    void fields_thatDiffer_areRefused() {
        assertThatThrownBy(() -> Book.parse("[sentences]\n{n} steps by {word}\n= {n} 步"))
                .hasMessage("fields: [n] (expected: those of {n} steps by {word})");
    }

    @Test
    void optionalParts_thatDiffer_areRefused() {
        assertThatThrownBy(() -> Book.parse("[sentences]\ndone[ on {word}]\n= 完成 {word}"))
                .hasMessage("optional parts: 0 in 完成 {word} (expected: 1, as in done[ on {word}])");
    }

    @Test
    void field_ofASectionThatIsNotAbove_isRefused() {
        assertThatThrownBy(() -> Book.parse("[sentences]\n{who} waits\n= {who} 等待\n[who]\na rank\n= 某个 rank"))
                .hasMessageStartingWith("field: who (expected: one of ");
    }

    @Test
    void line_withoutItsOtherLanguage_isRefused() {
        assertThatThrownBy(() -> Book.parse("[sentences]\none\ntwo\n= 二"))
                .hasMessage("line: two (expected: = and the other language of one)");
    }
}
