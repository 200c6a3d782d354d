package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.collector.source.log.SignatureFile;
import dev.gradwatch.collector.source.log.Signatures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class JobOutputTest {
    private static final byte[] LINE = "CUDA error: invalid device ordinal\n".getBytes(StandardCharsets.UTF_8);

    private final List<Observation> told = new ArrayList<>();
    private final ByteArrayOutputStream passed = new ByteArrayOutputStream();

    @Test
    void along_passesAllOnAndTellsWhatItKnows() throws Exception {
        JobOutput output = new JobOutput("seg-042", JobOutputTest::signatures, told::add);
        OutputStream stream = output.along("stderr", passed);
        stream.write(LINE, 0, 10);
        stream.write(LINE, 10, LINE.length - 10);
        stream.write('x');
        output.end();

        assertThat(passed.toByteArray()).startsWith(LINE).endsWith('x');
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).isInstanceOfSatisfying(MessageSeen.class, seen -> {
            assertThat(seen.job()).isEqualTo("seg-042");
            assertThat(seen.message().id()).isEqualTo("cuda.ordinal");
            assertThat(seen.message().source()).isEqualTo("stderr");
        });
        assertThat(told.get(1))
                .isInstanceOfSatisfying(
                        LogRead.class, read -> assertThat(read.lines()).isEqualTo(1));
    }

    @Test
    void along_readingThatFails_endsTheReadingAlone() throws Exception {
        JobOutput output = new JobOutput("seg-042", JobOutputTest::signatures, observation -> {
            throw new IllegalStateException("full");
        });
        OutputStream stream = output.along("stderr", passed);
        stream.write(LINE);
        stream.write(LINE);
        output.end();

        assertThat(passed.size()).isEqualTo(2 * LINE.length);
    }

    @Test
    void along_readerOfTheOutputThatIsGone_isToldToTheWriter() {
        JobOutput output = new JobOutput("seg-042", JobOutputTest::signatures, told::add);
        OutputStream stream = output.along("stdout", new OutputStream() {
            @Override
            public void write(int one) throws IOException {
                throw new IOException("Broken pipe");
            }
        });

        assertThatThrownBy(() -> stream.write(LINE)).hasMessage("Broken pipe");
    }

    private static Signatures signatures() {
        try {
            return SignatureFile.bundled();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
