package dev.gradwatch.collector.cli.child;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExecutableTest {
    @TempDir
    private Path folder;

    @Test
    void firstOnPath_isFound() throws IOException {
        Path first = program("a/tool", true);
        program("b/tool", true);
        assertThat(Executable.find("tool", path("a", "b"))).isEqualTo(first);
    }

    @Test
    void fileThatCannotBeExecuted_makesWayForOneThatCan() throws IOException {
        program("a/tool", false);
        Path second = program("b/tool", true);
        assertThat(Executable.find("tool", path("a", "b"))).isEqualTo(second);
    }

    @Test
    void fileThatCannotBeExecuted_isStillFound() throws IOException {
        Path only = program("a/tool", false);
        assertThat(Executable.find("tool", path("a", "b"))).isEqualTo(only);
    }

    @Test
    void folderOfThatName_isNoProgram() throws IOException {
        Files.createDirectories(folder.resolve("a/tool"));
        assertThat(Executable.find("tool", path("a"))).isNull();
    }

    @Test
    void nameWithSlash_isNotLookedUp() throws IOException {
        Path tool = program("a/tool", true);
        assertThat(Executable.find(tool.toString(), null)).isEqualTo(tool);
        assertThat(Executable.find("./tool", path("a"))).isNull();
    }

    @Test
    void emptyOrImpossibleName_isNotFound() {
        assertThat(Executable.find("", path("a"))).isNull();
        assertThat(Executable.find("a\0b", path("a"))).isNull();
    }

    private Path program(String name, boolean executable) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        assertThat(file.toFile().setExecutable(executable)).isTrue();
        return file;
    }

    private String path(String... names) {
        return String.join(
                ":",
                java.util.Arrays.stream(names).map(name -> folder + "/" + name).toList());
    }
}
