package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.LogMessage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What stands before a line, in the orders in which launchers and containers nest it. */
class PrefixesTest {
    private static final String TEXT = "[Rank 3] Parameter: aux.0.bias did not get gradient in backwards pass.";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[rank3]: ",
                "[rank3]:[I1122 03:07:37.118824007 reducer.cpp:2189] ",
                "[rank3]:[I810 03:07:37.118824007 reducer.cpp:2189] ",
                "[rank3]:[I reducer.cpp:2189] ",
                "[I reducer.cpp:2189] ",
                "I20261122 03:06:27.412081 13270 reducer.cpp:126] ",
                "[default1]:",
                "[default1]:[rank3]: ",
                "[default1]:[rank3]:[I1122 03:07:37.118824007 reducer.cpp:2189] ",
                "3: ",
                "3: [rank3]: ",
                "2026-11-22T03:07:32.627971822Z ",
                "2026-11-22T03:07:32.627971822Z stderr F [rank3]: ",
                "2026-11-22T03:07:32.6+01:00 [default1]:[rank3]: ",
                "Nov 22 03:07:32 node7 train[123]: [rank3]: ",
                "2026-11-22 03:07:32,123 - ",
                "W1122 03:06:49.771000 13541 torch/distributed/x.py:1028] ",
                "[rank: 3] ",
            })
    void strip_leavesTheText(String prefix) {
        List<LogMessage> messages = Read.whole(prefix + TEXT + "\n");

        assertThat(messages).as(prefix).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo("ddp.unused.param_log");
            assertThat(message.rank()).isEqualTo(3);
            assertThat(message.text()).isEqualTo(TEXT);
        });
    }

    @Test
    void strip_teesLocalRank_isTheRankWhereNothingElseSaysOne() {
        assertThat(Read.whole("[default2]:CUDA error: invalid device ordinal\n"))
                .extracting(LogMessage::rank)
                .containsExactly(2);
        assertThat(Read.whole("[default2]:[rank10]: CUDA error: invalid device ordinal\n"))
                .extracting(LogMessage::rank)
                .containsExactly(10);
    }

    @Test
    void origin_ofTorchrunsTree_isTheLocalRankOfThatAttempt() {
        Origin origin = Origin.ofFile("logs/none_uu7m2wys/attempt_2/5/stderr.log");

        assertThat(origin.attempt()).isEqualTo(2);
        assertThat(origin.rank()).isEqualTo(5);
        assertThat(Origin.ofFile("logs/attempt_2/5/stderr.log").rank()).isNull();
        assertThat(Origin.ofFile("stderr.log").rank()).isNull();
    }

    @Test
    void docker_jsonFile_isUnpacked() {
        String json = "{\"log\":\"[rank0]: \\tUnexpected \\u001b[1m" + TEXT
                + "\\n\",\"stream\":\"stderr\",\"time\":\"2026-11-22T03:07:32Z\"}\n";

        assertThat(Read.whole(json))
                .singleElement()
                .satisfies(message -> assertThat(message.field("fqn")).isEqualTo("aux.0.bias"));
    }

    @Test
    void docker_lineCutAt16KiB_isPutTogether() {
        String names = "layers.0.weight, layers.1.weight, layers.2.weight";
        String head = "[rank1]: Parameters which did not receive grad for rank 1: ";
        String cut =
                "{\"log\":\"[rank1]: RuntimeError: Expected to have finished reduction in the prior iteration before starting a new one. This error"
                        + " indicates that your module has parameters that were not used in producing loss. You can enable unused parameter detection by"
                        + " passing the keyword argument\\n\"}\n"
                        + "{\"log\":\"" + head + names.substring(0, 20) + "\"}\n"
                        + "{\"log\":\"" + names.substring(20) + "\\n\"}\n"
                        + "{\"log\":\"[rank1]: Parameter indices which did not receive grad for rank 1: 0 2 4\\n\"}\n";

        assertThat(Read.whole(cut)).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo("ddp.unused.debug_names");
            assertThat(message.list("param_names")).hasToString("[" + names + "]");
        });
    }

    @Test
    void kubernetes_partialLines_arePutTogether() {
        String stamp = "2026-11-22T03:07:32.627971822Z stderr ";
        String cut = stamp + "P [rank1]: RuntimeError: DDP expects same model across all ranks, but Rank 1\n" + stamp
                + "F  has 42 params, while rank 0 has inconsistent 40 params.\n";

        assertThat(Read.whole(cut)).extracting(LogMessage::id).containsExactly("ddp.model.count");
    }
}
