package dev.gradwatch.collector.source.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.gradwatch.collector.model.GpuProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessTableTest {
    private static final String FIRST = "pid:[4026531836]";
    private static final String NESTED = "pid:[4026532270]";

    @TempDir
    private Path proc;

    @Test
    void processOfTheMachine_isSeenWithItsNumbersAndParents() throws IOException {
        namespace(FIRST);
        process(1, 0, "1", 10, "/sbin/init\0", "");
        process(50, 1, "50", 20, "/usr/bin/python3\0/usr/local/bin/torchrun\0train.py\0", "");
        process(
                77,
                50,
                "77 12",
                30,
                "/opt/venv/bin/python3.11\0-u\0/jobs/train.py\0--token=secret\0",
                "PATH=/bin\0RANK=3\0LOCAL_RANK=1\0GRADWATCH_JOB=seg-042\0");
        assertThat(new ProcessTable(proc).process(77, false, 1024L, 55))
                .isEqualTo(new GpuProcess(
                        77,
                        java.util.List.of(77L, 12L),
                        java.util.List.of(50L, 1L),
                        "python3.11 train.py",
                        false,
                        1024L,
                        55,
                        3,
                        "seg-042"));
    }

    @Test
    void processThatIsNotThere_isNotVisible() throws IOException {
        namespace(FIRST);
        GpuProcess process = new ProcessTable(proc).process(77, true, null, null);
        assertThat(process.visible()).isFalse();
        assertThat(process.name()).isEmpty();
        assertThat(process.graphics()).isTrue();
    }

    @Test
    void numberInAContainer_isBelievedWhereTheProcessHoldsAGpu() throws IOException {
        namespace(NESTED);
        process(77, 1, "77", 30, "python\0a.py\0", "");
        process(78, 1, "78", 30, "python\0b.py\0", "");
        descriptor(77, 3, "/dev/nvidia0");
        descriptor(78, 3, "/dev/null");
        ProcessTable table = new ProcessTable(proc);
        assertThat(table.process(77, false, null, null).visible()).isTrue();
        assertThat(table.process(78, false, null, null).visible()).isFalse();
        assertThat(table.process(78, false, null, null).name()).isEmpty();
    }

    @Test
    void numberInAContainerOfAnotherUser_isNotBelieved() throws IOException {
        namespace(NESTED);
        process(77, 1, "77", 30, "python\0a.py\0", "");
        assertThat(new ProcessTable(proc).process(77, false, null, null).visible())
                .isFalse();
    }

    @Test
    void oldKernelWithoutNamespaces_saysTheNumberItself() throws IOException {
        namespace(FIRST);
        process(77, 0, null, 30, "python\0a.py\0", "");
        assertThat(new ProcessTable(proc).process(77, false, null, null).pids()).containsExactly(77L);
    }

    @Test
    void parents_areAtMostSixteen() throws IOException {
        namespace(FIRST);
        for (int pid = 100; pid < 140; pid++) {
            process(pid, pid - 1, String.valueOf(pid), 30, "sh\0", "");
        }
        assertThat(new ProcessTable(proc).process(139, false, null, null).ancestors())
                .containsExactlyElementsOf(LongStream.rangeClosed(1, ProcessTable.MAX_ANCESTORS)
                        .map(i -> 139 - i)
                        .boxed()
                        .toList());
    }

    @Test
    void parentsInACircle_end() throws IOException {
        namespace(FIRST);
        process(5, 6, "5", 30, "sh\0", "");
        process(6, 5, "6", 30, "sh\0", "");
        assertThat(new ProcessTable(proc).process(5, false, null, null).ancestors())
                .containsExactly(6L, 5L);
    }

    @Test
    void whatWasRead_isKeptWhileTheProcessLives() throws IOException {
        namespace(FIRST);
        process(77, 0, "77", 30, "python\0a.py\0", "RANK=1\0");
        ProcessTable table = new ProcessTable(proc);
        assertThat(table.process(77, false, null, null).name()).isEqualTo("python a.py");
        table.turn();
        process(77, 0, "77", 30, "python\0b.py\0", "RANK=2\0");
        assertThat(table.process(77, false, null, null).name()).isEqualTo("python a.py");
        table.turn();
        process(77, 0, "77", 31, "python\0b.py\0", "RANK=2\0");
        assertThat(table.process(77, false, null, null).name()).isEqualTo("python b.py");
        assertThat(table.process(77, false, null, null).rank()).isEqualTo(2);
    }

    @Test
    void processOffTheGpu_isForgotten() throws IOException {
        namespace(FIRST);
        process(77, 0, "77", 30, "python\0a.py\0", "");
        ProcessTable table = new ProcessTable(proc);
        table.process(77, false, null, null);
        table.turn();
        table.turn();
        process(77, 0, "77", 30, "python\0b.py\0", "");
        assertThat(table.process(77, false, null, null).name()).isEqualTo("python b.py");
    }

    @Test
    void processWithoutCommandLine_hasTheKernelsName() throws IOException {
        namespace(FIRST);
        process(77, 0, "77", 30, "", "");
        Files.writeString(proc.resolve("77/comm"), "kworker/0:1\n");
        assertThat(new ProcessTable(proc).process(77, false, null, null).name()).isEqualTo("kworker/0:1");
    }

    @Test
    void realProcess_isSeenWithRankAndJob() throws IOException, InterruptedException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/status")), "no /proc here (expected: Linux)");
        ProcessBuilder builder = new ProcessBuilder("sleep", "600");
        builder.environment().put("RANK", "5");
        builder.environment().put("GRADWATCH_JOB", "real-1");
        Path folder = Files.createDirectory(proc.resolve("library"));
        NvmlStandIn standIn = NvmlStandIn.in(folder);
        Process child = builder.start();
        try {
            // Where this test runs in a container of its own, the pid counts only for who holds a GPU; what else /proc
            // says is tested all the same.
            boolean first = new Proc(Path.of("/proc")).isFirstNamespace();
            standIn.says("device 0 GPU-1 00000000:01:00.0 A100", "process 0 " + child.pid() + " 4096 compute");
            try (Read read = new Read(standIn.file().toString(), first ? Path.of("/proc") : asFirst(child.pid()))) {
                GpuProcess process = read.now().gpus().get(0).processes().get(0);
                assertThat(process.pid()).isEqualTo(child.pid());
                assertThat(process.pids()).startsWith(child.pid());
                assertThat(process.ancestors())
                        .startsWith(ProcessHandle.current().pid());
                assertThat(process.name()).isEqualTo("sleep");
                assertThat(process.rank()).isEqualTo(5);
                assertThat(process.job()).isEqualTo("real-1");
            }
        } finally {
            child.destroyForcibly();
            assertThat(child.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** The real /proc of the process and of ours, as it is on a machine itself. */
    private Path asFirst(long child) throws IOException {
        namespace(FIRST);
        for (long pid : new long[] {child, ProcessHandle.current().pid()}) {
            Files.createSymbolicLink(proc.resolve(String.valueOf(pid)), Path.of("/proc/" + pid));
        }
        return proc;
    }

    private void namespace(String name) throws IOException {
        Path folder = Files.createDirectories(proc.resolve("self/ns"));
        Files.createSymbolicLink(folder.resolve("pid"), Path.of(name));
    }

    private void descriptor(long pid, int number, String target) throws IOException {
        Path folder = Files.createDirectories(proc.resolve(pid + "/fd"));
        Files.createSymbolicLink(folder.resolve(String.valueOf(number)), Path.of(target));
    }

    private void process(
            long pid,
            long parent,
            @org.jspecify.annotations.Nullable String pids,
            long startTicks,
            String commandLine,
            String environment)
            throws IOException {
        Path folder = Files.createDirectories(proc.resolve(String.valueOf(pid)));
        Files.writeString(
                folder.resolve("status"),
                "Name:\tx\nPPid:\t" + parent + "\n"
                        + (pids == null ? "" : "NSpid:\t" + pids.replace(' ', '\t') + "\n"));
        Files.writeString(
                folder.resolve("stat"),
                pid + " (a) b) S " + parent + " 1 1 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 " + startTicks
                        + " 100 200\n");
        Files.writeString(folder.resolve("cmdline"), commandLine);
        Files.writeString(folder.resolve("environ"), environment);
    }
}
