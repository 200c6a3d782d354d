package dev.gradwatch.agent.report;

import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Progress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one rank has to say: its models, its failures, what they cost. Thread-safe. */
final class RankState implements Source {
    private static final int UNREACHABLE_ATTEMPTS = 4;

    private final Settings settings;
    private final Supplier<Hello> hello;
    private final Consumer<String> say;
    private final long began = System.nanoTime();
    private final LongAdder watchNanos = new LongAdder();
    private final Set<String> said = new HashSet<>();
    private final Deque<byte[]> failures = new ArrayDeque<>();
    private volatile List<ModelReport> models = List.of();
    private volatile boolean isOff;
    private volatile boolean wantsNorms = true;
    private volatile boolean isWelcomed;
    private volatile boolean isDistrusted;
    private volatile String reason = "exit";

    RankState(Settings settings, Supplier<Hello> hello, Consumer<String> say) {
        this.settings = settings;
        this.hello = hello;
        this.say = say;
    }

    static byte[] frames(Message message) {
        return new FrameBuffer().add(message).toByteArray();
    }

    boolean isOff() {
        return isOff;
    }

    void off() {
        isOff = true;
    }

    synchronized void add(ModelReport model) {
        List<ModelReport> more = new ArrayList<>(models);
        more.removeIf(known -> known.number() == model.number());
        more.add(model);
        models = List.copyOf(more);
        model.norms(wantsNorms);
    }

    void add(byte[] failure) {
        synchronized (failures) {
            if (failures.size() == Bounds.MAX_FAILURES) {
                failures.remove();
            }
            failures.add(failure);
        }
    }

    void spent(long nanos) {
        watchNanos.add(nanos);
    }

    /** Why the process, or the watching, ends. */
    void ends(String why) {
        reason = why;
    }

    @Override
    public byte[] hello() {
        return frames(hello.get().token(settings.token()));
    }

    @Override
    public List<byte[]> everything() {
        List<byte[]> frames = new ArrayList<>();
        for (ModelReport model : models) {
            frames.add(model.manifest());
            frames.addAll(model.told());
        }
        frames.addAll(failures());
        return frames;
    }

    @Override
    public List<byte[]> lost(Set<Integer> owners) {
        List<byte[]> frames = new ArrayList<>();
        for (ModelReport model : models) {
            if (owners.contains(model.number())) {
                frames.addAll(model.told());
            }
        }
        if (owners.contains(Sender.RANK)) {
            frames.addAll(failures());
        }
        return frames;
    }

    private List<byte[]> failures() {
        synchronized (failures) {
            return new ArrayList<>(failures);
        }
    }

    @Override
    public byte[] progress() {
        return frames(new Progress(modelsProgress(), cost()));
    }

    @Override
    public byte[] goodbye() {
        return frames(new Goodbye(reason, modelsProgress(), cost()));
    }

    private List<Progress.Model> modelsProgress() {
        List<Progress.Model> progress = new ArrayList<>();
        for (ModelReport model : models) {
            progress.add(model.progress());
        }
        return progress;
    }

    private Progress.Cost cost() {
        int level = 0;
        for (ModelReport model : models) {
            level = Math.max(level, model.level());
        }
        return new Progress.Cost(watchNanos.sum(), System.nanoTime() - began, level);
    }

    @Override
    public void welcomed(Map<?, ?> members) {
        isWelcomed = true;
        Object sample = members.get("sample");
        boolean wanted = !(sample instanceof Map && Boolean.FALSE.equals(((Map<?, ?>) sample).get("norms")));
        synchronized (this) {
            wantsNorms = wanted;
            models.forEach(model -> model.norms(wanted));
        }
    }

    @Override
    public void asked(Map<?, ?> members) {
        Object number = members.get("model");
        if (Boolean.TRUE.equals(members.get("probe")) && number instanceof Double) {
            for (ModelReport model : models) {
                if (model.number() == (Double) number) {
                    model.ask();
                }
            }
        }
    }

    @Override
    public void refused(String why) {
        isOff = true;
        sayOnce("refused by the collector: " + oneLine(why));
    }

    @Override
    public void unreachable(int attempts) {
        if (attempts == UNREACHABLE_ATTEMPTS && !isWelcomed && !isDistrusted) {
            boolean isPlain = settings.trust() == null;
            sayOnce("collector " + settings.collector() + ": no answer" + (isPlain ? "" : " in TLS")
                    + " (expected: a running gradwatch collect" + (isPlain ? "" : " with --tls-cert")
                    + "); what is seen is kept and sent when it answers");
        }
    }

    @Override
    public void distrusted(String why) {
        if (!isDistrusted) {
            isDistrusted = true;
            sayOnce("collector " + settings.collector() + ": " + oneLine(why)
                    + "; what is seen is kept and sent when that is mended");
        }
    }

    @Override
    public void broken(Throwable mistake) {
        isOff = true;
        sayOnce("stopped watching: " + oneLine(mistake.toString()) + " (the job goes on)");
    }

    /** What a peer says may be long and hold anything. */
    private static String oneLine(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\u2028\\u2029]", " ");
        return line.length() <= Bounds.MAX_REASON_CHARS ? line : line.substring(0, Bounds.MAX_REASON_CHARS);
    }

    private void sayOnce(String line) {
        synchronized (said) {
            if (!said.add(line)) {
                return;
            }
        }
        try {
            say.accept(line);
        } catch (RuntimeException | Error e) {
            // There is nowhere to say it.
        }
    }

    /** Null where it breaks a limit: then watching ends with a line that says so. */
    byte @Nullable [] framesOrOff(Message message) {
        try {
            return frames(message);
        } catch (RuntimeException e) {
            broken(e);
            return null;
        }
    }
}
