package dev.gradwatch.agent.djl;

import dev.gradwatch.agent.report.ModelReport;
import dev.gradwatch.agent.report.Reporter;
import dev.gradwatch.agent.report.Settings;
import dev.gradwatch.wire.Failure;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Limits;
import dev.gradwatch.wire.Manifest;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The trainers of this JVM. Each is a model of one job, and each of its devices a rank, with a connection of its own. Called by any thread; holds no trainer
 * that the host let go of.
 */
public final class Trainers {
    /** How long the end of the JVM waits for a collector to take what is left. */
    private static final long FINISH_MILLIS = 2_000;

    private final Settings settings;
    private final Consumer<String> say;
    private final List<Reporter> ranks = new ArrayList<>();
    private volatile TrainerWatch[] watches = {};
    private volatile boolean collecting;
    private boolean stopped;
    private int models;
    private WeakReference<@Nullable Throwable> told = new WeakReference<>(null);

    /** @param say prints a line for a person; the same line comes once */
    public Trainers(Settings settings, Consumer<String> say) {
        this.settings = settings;
        // What is wrong with the collector each rank finds by itself.
        Set<String> said = ConcurrentHashMap.newKeySet();
        this.say = line -> {
            if (said.add(line)) {
                say.accept(line);
            }
        };
    }

    /** Watches it, where it is not watched yet. */
    public void add(Object trainer, Object store) throws ReflectiveOperationException {
        if (find(trainer) == null) {
            addNew(trainer, store);
        }
    }

    private synchronized @Nullable TrainerWatch addNew(Object trainer, Object store)
            throws ReflectiveOperationException {
        TrainerWatch known = find(trainer);
        if (known != null || stopped) {
            return known;
        }
        Djl djl = Djl.of(trainer);
        Gradients gradients = djl.gradientsOf(trainer);
        if (gradients == null) {
            say.accept("not watched: a trainer of engine " + djl.engine(trainer) + " (expected: PyTorch)");
        }
        TrainerWatch watch = new TrainerWatch(this, djl, gradients, trainer, store);
        // Those that were let go of unclosed leave with the next that comes.
        List<TrainerWatch> kept = new ArrayList<>();
        for (TrainerWatch one : watches) {
            if (one.isAlive()) {
                kept.add(one);
            } else {
                one.end();
            }
        }
        kept.add(watch);
        watches = kept.toArray(new TrainerWatch[0]);
        return watch;
    }

    private @Nullable TrainerWatch find(Object trainer) {
        for (TrainerWatch watch : watches) {
            if (watch.isOf(trainer)) {
                return watch;
            }
        }
        return null;
    }

    /** A gradient collector was opened, by a trainer or by an engine. */
    public void opened() {
        boolean any = false;
        for (TrainerWatch watch : watches) {
            any |= watch.open();
        }
        collecting = any;
    }

    /** Whether a pass is open that is watched; else what is fetched is of no interest. */
    public boolean isCollecting() {
        return collecting;
    }

    public void fetched(Object store, @Nullable Object parameter, Object device) {
        for (TrainerWatch watch : watches) {
            if (watch.isOfStore(store)) {
                if (parameter != null) {
                    watch.fetched(parameter, device);
                }
                return;
            }
        }
    }

    /** @param batch a DJL Batch; its size is told once */
    public void batch(Object trainer, Object batch) {
        TrainerWatch watch = find(trainer);
        if (watch != null) {
            watch.batch(batch);
        }
    }

    /** The end of a pass, before the optimizer. */
    public void step(Object trainer, Object store) throws ReflectiveOperationException {
        TrainerWatch watch = find(trainer);
        if (watch == null) {
            watch = addNew(trainer, store);
        }
        if (watch != null) {
            watch.step(trainer);
            settle();
        }
    }

    private void settle() {
        boolean any = false;
        for (TrainerWatch watch : watches) {
            any |= watch.isOpen();
        }
        collecting = any;
    }

    /** An exception that leaves the trainer; one that passes several of its methods is told once. */
    public void failed(Object trainer, Throwable failure, String where) {
        TrainerWatch watch = find(trainer);
        if (watch == null || failure == told.get()) {
            return;
        }
        told = new WeakReference<>(failure);
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        String message = failure.getMessage();
        watch.failed(failure.getClass().getName(), message == null ? "" : message, trace.toString(), where);
    }

    public void closed(Object trainer) {
        TrainerWatch watch = find(trainer);
        if (watch != null) {
            watch.end();
            synchronized (this) {
                watches = Arrays.stream(watches).filter(one -> one != watch).toArray(TrainerWatch[]::new);
            }
            settle();
        }
    }

    /** Ends all connections; afterwards nothing is watched. Returns within seconds. */
    public void stop(String reason) {
        List<Reporter> ended;
        synchronized (this) {
            if (stopped) {
                return;
            }
            stopped = true;
            collecting = false;
            watches = new TrainerWatch[0];
            ended = new ArrayList<>(ranks);
        }
        long deadline = System.nanoTime() + FINISH_MILLIS * 1_000_000;
        List<Thread> finishing = new ArrayList<>();
        for (Reporter rank : ended) {
            Thread thread = new Thread(() -> rank.finish(reason, FINISH_MILLIS), "gradwatch-finish");
            thread.setDaemon(true);
            thread.start();
            finishing.add(thread);
        }
        for (Thread thread : finishing) {
            try {
                thread.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** The model's number in the job, or -1 where there are too many. */
    synchronized int newModel() {
        if (models >= Limits.MAX_MODELS) {
            say.accept("not watched: a trainer past the first " + Limits.MAX_MODELS);
            return -1;
        }
        return models++;
    }

    /** What tells of that model on each of these devices, whose connections are made where they are missing. */
    synchronized List<ModelReport> report(Djl djl, List<String> devices, Manifest manifest, int model, int parameters) {
        List<ModelReport> reports = new ArrayList<>();
        for (int rank = 0; rank < devices.size(); rank++) {
            if (rank == ranks.size()) {
                if (rank == 0) {
                    Runtime.getRuntime().addShutdownHook(new Thread(() -> stop("exit"), "gradwatch-exit"));
                }
                int number = rank;
                Reporter reporter =
                        new Reporter(settings, () -> hello(djl, number, devices.size(), devices.get(number)), say);
                ranks.add(reporter);
                reporter.start();
            }
            reports.add(ranks.get(rank).model(manifest, model, parameters));
        }
        return reports;
    }

    synchronized void tell(Failure failure, int devices) {
        for (int rank = 0; rank < Math.min(devices, ranks.size()); rank++) {
            ranks.get(rank).failed(failure);
        }
    }

    /** Whether the collector refused rank 0, or its connection broke. */
    synchronized boolean isOff() {
        return stopped || (!ranks.isEmpty() && ranks.get(0).isOff());
    }

    private Hello hello(Djl djl, int rank, int worldSize, String device) {
        return new Hello(
                        settings.job(), rank, worldSize, ProcessHandle.current().pid())
                .host(settings.host(), rank)
                .device(device, null)
                .framework("djl", djl.version())
                .language("java " + System.getProperty("java.version"))
                .command(command());
    }

    private static List<String> command() {
        // The main class or jar and its arguments, as far as the JVM tells; options of the JVM may hold secrets and are
        // left out.
        String command = System.getProperty("sun.java.command", "");
        return command.isEmpty() ? List.of() : Arrays.asList(command.split(" ", -1));
    }
}
