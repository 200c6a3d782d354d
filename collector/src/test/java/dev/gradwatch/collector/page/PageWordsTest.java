package dev.gradwatch.collector.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.Action;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page's own words, in each language. */
class PageWordsTest {
    private static final Pattern KEY = Pattern.compile("(?m)^  '?([\\w./]+)'?: ");

    @ParameterizedTest
    @ValueSource(strings = {"en", "zh"})
    void everyAction_hasALabel_andNoOtherHas(String language) throws IOException {
        Set<String> labels = new TreeSet<>();
        for (String key : keys(language)) {
            if (key.startsWith("action.")) {
                labels.add(key.substring("action.".length()));
            }
        }

        assertThat(labels)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Action.values()).map(Action::id).toList());
    }

    @Test
    void languages_haveTheSameWords() throws IOException {
        assertThat(keys("zh")).isEqualTo(keys("en"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "zh"})
    void findings_areSaidByTheCollectorAlone(String language) throws IOException {
        assertThat(keys(language)).noneMatch(key -> key.startsWith("cause."));
    }

    private static Set<String> keys(String language) throws IOException {
        String file = "/dashboard/words/" + language + ".js";
        try (InputStream stream = PageWordsTest.class.getResourceAsStream(file)) {
            assertThat(stream).as(file).isNotNull();
            Set<String> keys = new TreeSet<>();
            Matcher matcher = KEY.matcher(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            while (matcher.find()) {
                keys.add(matcher.group(1));
            }
            return keys;
        }
    }
}
