package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.child.CommandNotStarted;
import dev.gradwatch.collector.cli.child.Executable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A Python that can import torch.
 *
 * @param torch its version, such as {@code 2.13.0+cpu}
 */
record DemoPython(String program, String torch) {
    /** The first import of torch reads some hundred megabytes, from a network's disk perhaps. */
    private static final long PROBE_SECONDS = 120;

    private static final String PROBE =
            "import torch, torch.distributed as d; print(torch.__version__ if d.is_available() else '')";

    /** The first of the programs that has torch with what a job of two ranks needs; null where none has. */
    static @Nullable DemoPython first(List<String> programs) throws InterruptedException {
        for (String program : programs) {
            String torch = torchOf(program);
            if (!torch.isEmpty()) {
                return new DemoPython(program, torch);
            }
        }
        return null;
    }

    private static String torchOf(String program) throws InterruptedException {
        try {
            Path found = Executable.find(program);
            Process probe = new ProcessBuilder(found.toString(), "-c", PROBE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            probe.getOutputStream().close();
            if (!probe.waitFor(PROBE_SECONDS, TimeUnit.SECONDS)) {
                probe.destroyForcibly();
                return "";
            }
            String version = new String(probe.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return probe.exitValue() == 0 && version.matches("[0-9]+\\.[0-9]+\\S*") ? version : "";
        } catch (CommandNotStarted notThere) {
            return "";
        } catch (IOException cannotBeRead) {
            return "";
        }
    }

    /**
     * Starts a script on two ranks of this machine.
     *
     * @param folder holds {@code launch.py}
     * @param port free, on loopback
     */
    List<String> twoRanks(Path folder, int port, List<String> script) {
        List<String> command = new ArrayList<>(List.of(program));
        if (hasTorchrun()) {
            command.addAll(List.of("-m", "torch.distributed.run", "--nproc-per-node", "2"));
            command.addAll(List.of("--master-addr", "127.0.0.1", "--master-port", Integer.toString(port)));
        } else {
            command.addAll(List.of(folder.resolve("launch.py").toString(), Integer.toString(port)));
        }
        command.addAll(script);
        return command;
    }

    /** Debian's torch 1.13 has one that cannot start a worker, and one version before 2 is as good as another. */
    boolean hasTorchrun() {
        return !torch.startsWith("1.") && !torch.startsWith("0.");
    }
}
