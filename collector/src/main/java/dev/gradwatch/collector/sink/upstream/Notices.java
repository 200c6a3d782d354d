package dev.gradwatch.collector.sink.upstream;

import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a person is told of the connections, each thing once. Thread-safe. */
final class Notices {
    private static final Logger logger = LoggerFactory.getLogger(Notices.class);

    /** Reasons remembered, so that they are not said again. */
    private static final int MAX_REASONS = 16;

    private final String address;
    private final Consumer<String> say;
    private final Set<String> reasons = new HashSet<>();
    private boolean away;

    Notices(String address, Consumer<String> say) {
        this.address = address;
        this.say = say;
    }

    synchronized void unreachable(@Nullable Throwable cause) {
        String reason =
                cause == null ? "no answer" : cause.getMessage() == null ? cause.toString() : cause.getMessage();
        logger.debug("{}: {}", address, reason);
        if (!away) {
            away = true;
            say.accept("collector: " + address + " cannot be reached ("
                    + reason.lines().findFirst().orElse("") + "); what is seen here is sent once it can");
        }
    }

    synchronized void refused(String reason) {
        if (reasons.size() < MAX_REASONS && reasons.add(reason)) {
            say.accept("collector: " + address + " refused: " + reason);
        }
    }

    synchronized void welcomed() {
        if (away) {
            away = false;
            logger.info("{} is there again", address);
        }
    }
}
