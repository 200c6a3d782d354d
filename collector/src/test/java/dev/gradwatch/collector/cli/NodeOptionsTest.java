package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeOptionsTest {
    @Test
    void name_isTheHostsUnlessALauncherStartsManyThere() {
        assertThat(NodeOptions.name("node1", Map.of())).isEqualTo("node1");
        assertThat(NodeOptions.name("node1", Map.of("SLURM_PROCID", "3"))).isEqualTo("node1#3");
        assertThat(NodeOptions.name("node1", Map.of("PMI_RANK", ""))).isEqualTo("node1");
    }
}
