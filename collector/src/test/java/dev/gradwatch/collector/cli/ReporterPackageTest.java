package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReporterPackageTest {
    @TempDir
    private Path home;

    @Test
    void pythonPath_beginsWithTheInjectionAndKeepsWhatWasThere() throws IOException {
        ReporterPackage reporter = ReporterPackage.unpack(Map.of("XDG_CACHE_HOME", home.toString()));
        Path root = reporter.folder().path();
        assertThat(root.getParent()).isEqualTo(home.resolve("gradwatch"));
        String ours = root + "/gradwatch/inject:" + root;
        assertThat(reporter.pythonPath(null)).isEqualTo(ours);
        assertThat(reporter.pythonPath("")).isEqualTo(ours);
        assertThat(reporter.pythonPath("/a:/b")).isEqualTo(ours + ":/a:/b");
    }

    @Test
    void ownBuild_holdsTheReporter() throws IOException {
        assertThat(PackedFiles.read(ReporterPackage.FOLDER, ReporterPackage.MEMBER)
                        .keySet())
                .contains("gradwatch/inject/sitecustomize.py", "gradwatch/__init__.py");
    }
}
