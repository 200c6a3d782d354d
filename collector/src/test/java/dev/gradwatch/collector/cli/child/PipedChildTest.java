package dev.gradwatch.collector.cli.child;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PipedChildTest {
    private static final int MANY_BYTES = 10_000_000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void output_passesUnchanged(@TempDir Path folder) throws Exception {
        byte[] bytes = new byte[MANY_BYTES];
        new Random(1).nextBytes(bytes);
        Path file = Files.write(folder.resolve("bytes"), bytes);
        assertThat(sh("cat " + file + "; cat " + file + " >&2").await()).isZero();
        assertThat(out.toByteArray()).isEqualTo(bytes);
        assertThat(err.toByteArray()).isEqualTo(bytes);
    }

    @Test
    void exitStatus_isTheCommands() throws Exception {
        assertThat(sh("exit 7").await()).isEqualTo(7);
    }

    @Test
    void exitStatus_saysTheSignal() throws Exception {
        assertThat(sh("kill -s KILL $$").await()).isEqualTo(128 + 9);
    }

    @Test
    void signal_reachesTheChild() throws Exception {
        NotifyingOutput ready = new NotifyingOutput();
        Child child = PipedChild.start(
                List.of("sh", "-c", "trap 'exit 3' USR1; echo ready; while :; do sleep 0.01; done"),
                System.getenv(),
                ready,
                err);
        ready.awaitBytes();
        child.signal("USR1");
        assertThat(child.await()).isEqualTo(3);
    }

    @Test
    void closedReader_closesTheChildsPipe() throws Exception {
        OutputStream closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        Child child = PipedChild.start(List.of("yes"), System.getenv(), closed, err);
        assertThat(child.await()).isEqualTo(128 + 13);
    }

    @Test
    void grandchildWithThePipe_holdsUsForTheGraceOnly() throws Exception {
        long before = System.nanoTime();
        assertThat(sh("echo first; sleep 10 & exit 4").await()).isEqualTo(4);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("first\n");
        // Java itself may end the stream with the child, so the grace is the most that it takes and not the least.
        assertThat((System.nanoTime() - before) / 1_000_000).isLessThan(9_000L);
    }

    @Test
    void environment_isExactlyTheOneGiven() throws Exception {
        PipedChild.start(
                        List.of("sh", "-c", "echo $ONLY; echo ${HOME-none}"),
                        java.util.Map.of("ONLY", "this"),
                        out,
                        err)
                .await();
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("this\nnone\n");
    }

    @Test
    void missingProgram_isNotFound() {
        assertThatThrownBy(() -> PipedChild.start(List.of("no-such-program"), System.getenv(), out, err))
                .isInstanceOf(CommandNotStarted.class)
                .hasMessage("command not found: no-such-program (expected: a program on PATH)")
                .extracting(e -> ((CommandNotStarted) e).exitStatus())
                .isEqualTo(127);
    }

    @Test
    void missingInterpreter_isNotExecutable(@TempDir Path folder) throws Exception {
        Path script = Files.writeString(folder.resolve("script"), "#!/no/such/interpreter\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        assertThatThrownBy(() -> PipedChild.start(List.of(script.toString()), System.getenv(), out, err))
                .isInstanceOf(CommandNotStarted.class)
                .hasMessage("cannot execute: " + script + ": No such file or directory")
                .extracting(e -> ((CommandNotStarted) e).exitStatus())
                .isEqualTo(126);
    }

    private Child sh(String script) throws IOException {
        return PipedChild.start(List.of("sh", "-c", script), System.getenv(), out, err);
    }

    /** Lets a test wait for the first bytes. */
    private static final class NotifyingOutput extends ByteArrayOutputStream {
        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            super.write(bytes, offset, length);
            notifyAll();
        }

        synchronized void awaitBytes() throws InterruptedException {
            while (size() == 0) {
                wait();
            }
        }
    }
}
