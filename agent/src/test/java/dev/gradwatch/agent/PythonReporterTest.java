package dev.gradwatch.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the torch reporter's own tests, with a python that has torch: GRADWATCH_PYTHON, else python3; an older one too where it is named. */
class PythonReporterTest {
    private static final long SECONDS = 1_200;

    @TempDir
    Path folder;

    @Test
    void reporter_itsOwnTests() throws Exception {
        holdTests(System.getenv().getOrDefault("GRADWATCH_PYTHON", "python3"));
    }

    @Test
    void reporter_itsOwnTestsOnAnOlderTorch() throws Exception {
        String python = System.getenv("GRADWATCH_PYTHON_OLD");
        Assumptions.assumeTrue(
                python != null, "GRADWATCH_PYTHON_OLD is not set (expected: a python with an older torch)");
        holdTests(python);
    }

    private void holdTests(String python) throws IOException, InterruptedException {
        Result torch = run(python, "-c", "import torch; print(torch.__version__)");
        if (torch.status != 0) {
            String reason = python + ": no torch (expected: a python with torch in GRADWATCH_PYTHON)\n" + torch.output;
            // A CI that names its python means to have one.
            assertThat(isRequired()).as(reason).isFalse();
            Assumptions.abort(reason);
        }
        Result tests = run(python, "-m", "unittest", "discover", "-s", "tests");
        assertThat(tests.status).as(tests.output).isZero();
        assertThat(tests.output).contains("OK");
    }

    private static boolean isRequired() {
        return "true".equals(System.getenv("CI")) && System.getenv("GRADWATCH_PYTHON") != null;
    }

    private Result run(String... command) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "python", ".txt");
        ProcessBuilder builder = new ProcessBuilder(List.of(command))
                .directory(new File("python"))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("PYTHONPATH", "src");
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return new Result(-1, String.valueOf(e.getMessage()));
        }
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly().waitFor();
        }
        return new Result(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    }

    private static final class Result {
        final int status;
        final String output;

        Result(int status, String output) {
            this.status = status;
            this.output = output;
        }
    }
}
