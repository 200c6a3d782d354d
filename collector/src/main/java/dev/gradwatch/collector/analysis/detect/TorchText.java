package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.model.RankFailure;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What torch's own texts say, by their stable parts; the sources are {@code torch/csrc/distributed/c10d/reducer.cpp} of 1.9 to 2.13, gloo's
 * {@code pair.cc}, and Lightning's {@code DDPStrategy.on_exception}, which puts its own text in the place of torch's.
 */
enum TorchText {
    /** A parameter got no gradient in the pass before; raised by the next forward. */
    UNUSED("ddp.unused.default"),
    /** Under static_graph a parameter was used that the first pass did not use; raised in backward, and names nothing. */
    STATIC_CHANGED("ddp.static.new_param"),
    READY_TWICE("ddp.twice.no_find_unused"),
    STATIC_NO_SYNC("ddp.static.no_sync_assert"),
    /** Another process died or closed its connection: a consequence. */
    CONNECTION("dist.gloo_peer"),
    /** The user or a launcher stopped it. */
    INTERRUPT("python.interrupt"),
    OTHER("python.exception");

    private static final Pattern INDICES =
            Pattern.compile("Parameter indices which did not receive grad for rank (\\d+):((?: \\d+)*)( \\.\\.\\.)?");
    private static final Pattern TWICE =
            Pattern.compile("Parameter at index (\\d+)(?: with name (\\S+))? has been marked as ready twice");
    private static final Pattern SENTENCE_END = Pattern.compile("\\.(?=\\s)");
    private static final Pattern TORCH_TYPE = Pattern.compile("(?:.*\\.)?(?:RuntimeError|Dist\\w*Error)");
    private static final Pattern CONNECTION_LOST = Pattern.compile(
            "connection closed by peer|connection reset by peer|broken pipe|closed the connection|connection was likely closed"
                    + "|socket closed|remote process (?:exited|has)|ncclremoteerror|ncclsystemerror|nccl communicator was aborted"
                    + "|connection refused|application timeout caused pair closure|remote server shutdown or crash");

    private final String message;

    TorchText(String message) {
        this.message = message;
    }

    static TorchText of(RankFailure failure) {
        String text = failure.message();
        if (text.contains("Your training graph has changed in this iteration")) {
            return STATIC_CHANGED;
        }
        if (text.contains("Expected to have finished reduction in the prior iteration")
                || text.contains("has parameters that were not used in producing the loss returned by training_step")) {
            return UNUSED;
        }
        if (text.contains("Expected to mark a variable ready only once") || text.contains("marked as ready twice")) {
            return READY_TWICE;
        }
        if (text.contains("expect_autograd_hooks_")) {
            return STATIC_NO_SYNC;
        }
        // A tracker's web server that refuses a connection is no rank.
        if (TORCH_TYPE.matcher(failure.type()).matches()
                && CONNECTION_LOST.matcher(text.toLowerCase(Locale.ROOT)).find()) {
            return CONNECTION;
        }
        return failure.type().endsWith("KeyboardInterrupt") || failure.type().endsWith("SignalException")
                ? INTERRUPT
                : OTHER;
    }

    /** The part of an exception's text that says most, in one line: torch's long ones begin with what everybody has read before. */
    static String telling(RankFailure failure) {
        String text = failure.message();
        for (Pattern part : new Pattern[] {INDICES, TWICE}) {
            Matcher matcher = part.matcher(text);
            if (matcher.find()) {
                return matcher.group().trim();
            }
        }
        String line = RankEndDetector.firstLine(text);
        boolean known = of(failure).message().startsWith("ddp.");
        return failure.type() + ": " + (known ? SENTENCE_END.split(line, 2)[0] : line);
    }

    /** The catalogue's id of the message. */
    String message() {
        return message;
    }

    /**
     * Places among the reduced parameters that torch says got no gradient.
     *
     * @param complete false where torch cut the list after 100
     */
    record Unused(int rank, int[] places, boolean complete) {}

    /** Null where the text has no list: builds before 1.10 and Lightning's rewrite have none. */
    static @Nullable Unused unused(String text) {
        Matcher matcher = INDICES.matcher(text);
        if (!matcher.find()) {
            return null;
        }
        String[] places = matcher.group(2).trim().split(" ", -1);
        int[] parsed = new int[places[0].isEmpty() ? 0 : places.length];
        for (int i = 0; i < parsed.length; i++) {
            parsed[i] = number(places[i]);
        }
        return new Unused(number(matcher.group(1)), parsed, matcher.group(3) == null);
    }

    /** Place among the reduced parameters of the one that was marked ready twice; -1 where the text does not say. */
    static int twicePlace(String text) {
        Matcher matcher = TWICE.matcher(text);
        return matcher.find() ? number(matcher.group(1)) : -1;
    }

    /** Torch's numbers are small; one that is not is none of a parameter. */
    private static int number(String digits) {
        return digits.length() > 9 ? Integer.MAX_VALUE : Integer.parseInt(digits);
    }
}
