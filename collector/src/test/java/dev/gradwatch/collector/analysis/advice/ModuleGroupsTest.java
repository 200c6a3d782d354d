package dev.gradwatch.collector.analysis.advice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.analysis.TestJob;
import dev.gradwatch.collector.model.Manifest;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModuleGroupsTest {
    private static final Manifest NET = TestJob.manifest(
            0,
            "Net",
            List.of("encoder.0", "encoder.1", "decoder.up", "decoder.seg.0", "decoder.seg.1", "decoder.seg.2", "!norm"),
            null);

    @Test
    void names_wholeModules_areFoldedToTheTopmost() {
        assertThat(ModuleGroups.names(NET, new int[] {0, 1, 2, 3})).containsExactly("encoder");
        assertThat(ModuleGroups.names(NET, new int[] {6, 7, 8, 9})).containsExactly("decoder.seg.0", "decoder.seg.1");
    }

    @Test
    void names_partOfAModule_isTheParameter() {
        assertThat(ModuleGroups.names(NET, new int[] {0})).containsExactly("encoder.0.weight");
    }

    @Test
    void names_everything_isTheModel() {
        assertThat(ModuleGroups.names(NET, new int[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}))
                .containsExactly("Net");
    }

    @Test
    void grouped_siblings_areOneName() {
        assertThat(ModuleGroups.grouped(List.of("decoder.seg.0", "decoder.seg.2", "head")))
                .containsExactly("decoder.seg.{0,2}", "head");
        assertThat(ModuleGroups.grouped(
                        List.of("layers.0.adapter", "layers.1.adapter", "layers.2.adapter", "layers.3.adapter")))
                .containsExactly("layers.{0-3}.adapter");
        assertThat(ModuleGroups.grouped(List.of("a.0", "b.0"))).containsExactly("a.0", "b.0");
    }

    @Test
    void names_ofBlocks_followTheModulesThatThereAre() {
        Manifest net = TestJob.blocks("Net", List.of("01body", "02my_heads_01Linear", "02my_heads_02Linear", "03out"));

        assertThat(ModuleGroups.names(net, new int[] {2, 3, 4, 5})).containsExactly("02my_heads");
        assertThat(ModuleGroups.names(net, new int[] {2, 3})).containsExactly("02my_heads_01Linear");
        assertThat(ModulePaths.of(net).parts("02my_heads_01Linear_weight"))
                .containsExactly("02my_heads", "01Linear", "weight");
    }

    @Test
    void grouped_blocks_areSiblingsByTheirNumber() {
        Manifest net = TestJob.blocks(
                "Net",
                List.of(
                        "01a_01Linear",
                        "01a_02Linear",
                        "02b_01Linear",
                        "03c_01Linear",
                        "04d_01Linear",
                        "05d_01Linear"));
        ModulePaths paths = ModulePaths.of(net);

        assertThat(ModuleGroups.grouped(List.of("01a_01Linear", "01a_02Linear"), paths))
                .containsExactly("01a_{01Linear,02Linear}");
        assertThat(ModuleGroups.grouped(List.of("01a_01Linear", "03c_01Linear"), paths))
                .containsExactly("{01a,03c}_01Linear");
        assertThat(ModulePaths.of(net).siblings(List.of("01Linear", "02Linear", "03Linear", "04Linear", "06Linear")))
                .isEqualTo("01Linear-04Linear,06Linear");
    }

    @Test
    void ranges_fourInARow_areARange() {
        assertThat(ModuleGroups.ranges(List.of(0, 1, 2))).isEqualTo("0,1,2");
        assertThat(ModuleGroups.ranges(List.of(0, 1, 2, 3, 7))).isEqualTo("0-3,7");
    }
}
