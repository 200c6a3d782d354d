package dev.gradwatch.agent.report;

import dev.gradwatch.wire.Failure;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Manifest;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What one rank tells the collector, over one connection that two daemon threads keep. Thread-safe; never throws, and blocks only where a method says for how
 * long. Who made it calls {@link #finish} at the end of the process, or lets the process end without it: then the collector takes the rank for lost.
 */
public final class Reporter {
    /** How long a failure waits to be sent: the process may not live to try again. Over TLS a handshake may have to be done before. */
    private static final long FAILURE_MILLIS = 200;

    private static final long SECURE_FAILURE_MILLIS = 500;

    private final Settings settings;
    private final RankState rank;
    private final Sender sender;

    /**
     * Makes a reporter that does nothing before {@link #start}.
     *
     * @param hello who speaks, without a token; asked for each connection, by the sending thread
     * @param say prints one line for a person; the same line comes once a reporter
     */
    public Reporter(Settings settings, Supplier<Hello> hello, Consumer<String> say) {
        this.settings = settings;
        rank = new RankState(settings, hello, say);
        sender = new Sender(settings.address(), settings.trust(), rank);
    }

    /** Connects, and stays connected, in a thread of its own. */
    public void start() {
        try {
            sender.start();
        } catch (RuntimeException | Error e) {
            rank.broken(e);
        }
    }

    /**
     * Announces a model. Where the model cannot be reported, a line says why and the reporter is off.
     *
     * @param manifest written now and not held
     * @param model its number in the job, as in the manifest
     * @param parameters tensors in the manifest, n
     */
    public ModelReport model(Manifest manifest, int model, int parameters) {
        Schedule schedule = new Schedule(settings.job(), settings.budget());
        try {
            byte[] frames = new FrameBuffer().add(manifest).toByteArray();
            ModelReport report =
                    new ModelReport(rank, sender, schedule, model, ModelReport.checked(parameters), frames);
            rank.add(report);
            sender.offerAlways(frames);
            return report;
        } catch (RuntimeException | Error e) {
            rank.broken(e);
            return new ModelReport(rank, sender, schedule, 0, 0, new byte[0]);
        }
    }

    /** Reports an exception of the training process at once; waits until it is sent, at most 0.2 s, over TLS 0.5 s. */
    public void failed(Failure failure) {
        byte[] frame = rank.isOff() ? null : rank.framesOrOff(failure);
        if (frame != null) {
            rank.add(frame);
            sender.offer(frame, Sender.RANK);
            sender.awaitSent(settings.trust() == null ? FAILURE_MILLIS : SECURE_FAILURE_MILLIS);
        }
    }

    /**
     * Sends what is left and a Goodbye, and ends the connection. May be called twice.
     *
     * @param reason why it ends, such as {@code exit}
     * @param millis it blocks for at most so long
     */
    public void finish(String reason, long millis) {
        rank.ends(reason);
        try {
            sender.finish(Math.max(0, millis));
        } catch (RuntimeException | Error e) {
            rank.broken(e);
        }
        rank.off();
    }

    /** The collector refused it, something broke, or it is finished: nothing more is reported, so the caller may stop watching. */
    public boolean isOff() {
        return rank.isOff();
    }
}
