package dev.gradwatch.collector.source.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.model.LogMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LogTextTest {
    private static final String COUNT =
            "RuntimeError: DDP expects same model across all ranks, but Rank 1 has 42 params, while rank 0 has inconsistent 40 params.";

    private final List<LogMessage> messages = new ArrayList<>();
    private final LogText text = new LogText(Read.SIGNATURES, Origin.of("train.log"), messages::add);

    @Test
    void append_message_saysWhereItIs() {
        append("it 0 0.2\nit 1 0.3\n" + COUNT + "\nit 2\n");

        assertThat(messages).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo("ddp.model.count");
            assertThat(message.source()).isEqualTo("train.log");
            assertThat(message.line()).isEqualTo(3);
            assertThat(message.endLine()).isEqualTo(3);
            assertThat(message.rank()).isEqualTo(1);
            assertThat(message.fields()).containsEntry("params", 42).containsEntry("other_params", 40);
        });
        assertThat(text.settledLines()).isEqualTo(4);
    }

    @Test
    void append_byteByByte_isTheSame() {
        for (byte one : ("x\n" + COUNT + "\ny\n").getBytes(StandardCharsets.UTF_8)) {
            text.append(new byte[] {one}, 0, 1);
        }

        assertThat(messages).extracting(LogMessage::line).containsExactly(2L);
        assertThat(text.settledLines()).isEqualTo(3);
        assertThat(text.settledOffset()).isEqualTo(COUNT.length() + 5);
    }

    @Test
    void append_lastLineWithoutItsEnd_waitsForIt() {
        append(COUNT);
        assertThat(messages).isEmpty();
        assertThat(text.settledOffset()).isZero();

        text.end();

        assertThat(messages).hasSize(1);
    }

    @Test
    void idle_lastLineWithoutItsEnd_isToldOnce() {
        append("a\n" + COUNT);
        text.idle();
        assertThat(messages).hasSize(1);

        append(" and more of it\n" + COUNT + "\n");

        assertThat(messages).extracting(LogMessage::line).containsExactly(2L, 3L);
    }

    @Test
    void idle_ordinaryLineWithoutItsEnd_keepsWaiting() {
        append("RuntimeError: DDP expects same mo");
        text.idle();
        append(COUNT.substring("RuntimeError: DDP expects same mo".length()) + "\n");

        assertThat(messages).hasSize(1);
    }

    @Test
    void append_lineOf100Megabytes_isCutAndCounted() {
        byte[] piece = new byte[1 << 20];
        Arrays.fill(piece, (byte) 'x');
        append("first\n");
        for (int i = 0; i < 100; i++) {
            text.append(piece, 0, piece.length);
        }
        append(COUNT + "\n" + COUNT + "\n");

        assertThat(text.cutLines()).isEqualTo(1);
        assertThat(messages).extracting(LogMessage::line).containsExactly(3L);
        assertThat(text.settledLines()).isEqualTo(3);
        assertThat(text.settledOffset()).isEqualTo(6 + 100L * piece.length + 2L * (COUNT.length() + 1));
    }

    @Test
    void append_longLineInOnePiece_givesWhatItsBeginningHolds() {
        append(COUNT + "x".repeat(3 << 20) + "\nnext\n");

        assertThat(messages).hasSize(1);
        assertThat(text.cutLines()).isEqualTo(1);
        assertThat(text.settledLines()).isEqualTo(2);
    }

    @Test
    void append_progressBarThatNeverEndsItsLine_isNoLongLine() {
        byte[] bar = "\rEpoch 1:  50%|#####     | 500/1000 [00:10<00:10]".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 60_000; i++) {
            text.append(bar, 0, bar.length);
        }
        append("\r" + COUNT + "\n");

        assertThat(text.cutLines()).isZero();
        assertThat(messages).extracting(LogMessage::line).containsExactly(1L);
    }

    @Test
    void append_holeThatATruncationLeft_hidesNothing() {
        text.append(new byte[3 << 20], 0, 3 << 20);
        append(COUNT + "\n");

        assertThat(messages).hasSize(1);
        assertThat(text.cutLines()).isZero();
    }

    @Test
    void append_bytesThatAreNoText_hideNothing() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < 256; i++) {
            bytes.write(i == '\n' ? ' ' : i);
        }
        bytes.write(("\u001b[31m" + COUNT + "\u001b[0m\r\n").getBytes(StandardCharsets.UTF_8));
        bytes.write(new byte[] {(byte) 0xc3, '\n'});
        text.append(bytes.toByteArray(), 0, bytes.size());

        assertThat(messages)
                .singleElement()
                .satisfies(message -> assertThat(message.field("other_params")).isEqualTo("40"));
    }

    @Test
    void append_messageUnderWay_isNotSettled() {
        append(
                "a\n[rank1]: RuntimeError: Error(s) in loading state_dict for Net:\n[rank1]: \tMissing key(s) in state_dict: \"a.weight\". \n");

        assertThat(messages).isEmpty();
        assertThat(text.settledOffset()).isEqualTo(2);
        assertThat(text.settledLines()).isEqualTo(1);

        text.idle();

        assertThat(messages).singleElement().satisfies(message -> {
            assertThat(message.id()).isEqualTo("sd.error");
            assertThat(message.endLine()).isEqualTo(3);
            assertThat(message.list("missing")).hasToString("[a.weight]");
        });
    }

    @Test
    void append_textThatIsReadOn_countsFromThere() {
        LogText later = new LogText(Read.SIGNATURES, Origin.of("train.log"), messages::add, 1_000, 41);
        byte[] bytes = ("x\n" + COUNT + "\n").getBytes(StandardCharsets.UTF_8);
        later.append(bytes, 0, bytes.length);

        assertThat(messages).extracting(LogMessage::line).containsExactly(43L);
        assertThat(later.settledOffset()).isEqualTo(1_000 + bytes.length);
    }

    private void append(String more) {
        byte[] bytes = more.getBytes(StandardCharsets.UTF_8);
        text.append(bytes, 0, bytes.length);
    }
}
