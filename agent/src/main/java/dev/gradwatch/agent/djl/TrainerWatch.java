package dev.gradwatch.agent.djl;

import dev.gradwatch.agent.report.ModelReport;
import dev.gradwatch.wire.Failure;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Probe;
import dev.gradwatch.wire.Step;
import dev.gradwatch.wire.StepFlags;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One trainer's passes. A pass goes from the first gradient collector that is opened after a step to the next {@code Trainer.step}, however many collectors
 * and backward calls lie between: that is when DJL's optimizer clears the gradients.
 *
 * <pre>
 *                     fetched in the pass   not fetched
 *   no gradient yet   graph cut             never called      (torch holds none: JniUtils gives null)
 *   a gradient        used, norm 0 or not   unused: what torch holds is left from an earlier pass
 * </pre>
 *
 * <p>A parameter that is used without being fetched from the store, as those of an imported TorchScript module are, is taken for used wherever it has a
 * gradient. A gradient once made is never taken away by DJL, so torch is asked for each until then, and for norms.
 *
 * <p>{@code fetched} comes from any thread that runs a forward, one a device; everything else from the thread that steps. Holds its trainer weakly.
 */
final class TrainerWatch {
    private static final int FLAGS = StepFlags.NO_SYNC | StepFlags.FORWARD_RAN;

    private final Trainers owner;
    private final Djl djl;
    private final @Nullable Gradients gradients;
    private final WeakReference<Object> trainer;
    private final WeakReference<Object> store;
    private final Object[] devices;
    /** What was fetched before the blocks were known, for each device. */
    private final List<Set<Object>> early = new ArrayList<>();

    private volatile @Nullable Blocks blocks;
    private volatile boolean open;
    private boolean[][] fetched = {};
    private boolean[][] everFetched = {};
    private boolean[][] hasGradient = {};
    private boolean[] trainable = {};
    private List<ModelReport> reports = List.of();
    private boolean next = true;
    private boolean ended;
    private int model = -1;
    private int batchSize;
    private long steps;

    /** @param gradients null where the trainer cannot be watched, and only has to be known again */
    TrainerWatch(Trainers owner, Djl djl, @Nullable Gradients gradients, Object trainer, Object store) {
        this.owner = owner;
        this.djl = djl;
        this.trainer = new WeakReference<>(trainer);
        this.store = new WeakReference<>(store);
        this.gradients = gradients;
        ended = gradients == null;
        devices = djl.devicesOf(trainer);
        for (int d = 0; d < devices.length; d++) {
            early.add(Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>())));
        }
    }

    boolean isOf(Object other) {
        return trainer.get() == other;
    }

    boolean isOfStore(Object other) {
        return store.get() == other;
    }

    boolean isAlive() {
        return trainer.get() != null;
    }

    /** A collector was opened. Whether what is fetched now is to be told. */
    boolean open() {
        if (!open && next && !ended) {
            for (boolean[] one : fetched) {
                Arrays.fill(one, false);
            }
            open = true;
        }
        return open;
    }

    boolean isOpen() {
        return open;
    }

    void fetched(Object parameter, Object device) {
        if (!open) {
            return;
        }
        for (int d = 0; d < devices.length; d++) {
            if (devices[d] == device || devices[d].equals(device)) {
                Blocks known = blocks;
                if (known == null) {
                    early.get(d).add(parameter);
                    return;
                }
                Integer place = known.placeOf(parameter);
                if (place != null) {
                    // Two threads that write the same true here do no harm.
                    fetched[d][place] = true;
                }
                return;
            }
        }
    }

    void batch(Object batch) {
        if (batchSize == 0) {
            batchSize = djl.sizeOf(batch);
        }
    }

    /** The pass ends: what it used is told, where it was watched. */
    void step(Object of) throws ReflectiveOperationException {
        if (ended) {
            return;
        }
        long begin = System.nanoTime();
        Blocks known = blocks;
        if (known == null) {
            known = describe(of);
            if (known == null) {
                ended = true;
                return;
            }
        }
        if (owner.isOff()) {
            ended = true;
            open = false;
            return;
        }
        if (open) {
            open = false;
            tell(of, known, begin);
        } else {
            for (ModelReport report : reports) {
                report.unwatched(steps, System.nanoTime() - begin);
            }
        }
        steps++;
        // All devices watch the same passes: those of rank 0.
        next = reports.get(0).watches();
    }

    private @Nullable Blocks describe(Object of) {
        model = owner.newModel();
        if (model < 0) {
            return null;
        }
        Blocks found = new Blocks(djl, djl.blockOf(of));
        int size = found.size();
        trainable = new boolean[size];
        for (int place = 0; place < size; place++) {
            trainable[place] = djl.requiresGradient(found.parameter(place));
        }
        fetched = new boolean[devices.length][size];
        everFetched = new boolean[devices.length][size];
        hasGradient = new boolean[devices.length][size];
        List<String> names = new ArrayList<>();
        for (int d = 0; d < devices.length; d++) {
            names.add(djl.nameOfDevice(devices[d]));
            for (Object parameter : early.get(d)) {
                Integer place = found.placeOf(parameter);
                if (place != null) {
                    fetched[d][place] = true;
                }
            }
            early.get(d).clear();
        }
        String name = djl.nameOf(of);
        Manifest manifest = found.manifest(djl, model, name.isBlank() ? found.className() : name, trainable);
        if (batchSize > 0) {
            manifest.note("Batches of " + batchSize + " items"
                    + (devices.length == 1 ? "." : ", split over " + devices.length + " devices."));
        }
        reports = owner.report(djl, names, manifest, model, size);
        blocks = found;
        return found;
    }

    private void tell(Object of, Blocks known, long begin) throws ReflectiveOperationException {
        Object ofStore = store.get();
        if (ofStore == null) {
            return;
        }
        tellChange(known);
        long spent = begin;
        for (int d = 0; d < reports.size(); d++) {
            ModelReport report = reports.get(d);
            boolean wantsNorms = report.wantsNorms();
            boolean wantsProbe = report.wantsProbe();
            long[] used = new long[(known.size() + 63) >>> 6];
            float[] norms = wantsNorms ? new float[known.size()] : null;
            for (int place = 0; place < known.size(); place++) {
                boolean isUsed = trainable[place] && isUsed(known, ofStore, d, place);
                if (isUsed) {
                    used[place >>> 6] |= 1L << place;
                }
                if (norms != null) {
                    norms[place] = isUsed ? norm(known, ofStore, d, place) : Step.NO_GRADIENT;
                }
            }
            if (wantsProbe) {
                tellProbe(known, report, d, used);
            }
            long now = System.nanoTime();
            report.watched(FLAGS, steps, used, norms, wantsNorms ? djl.lossOf(of) : Double.NaN, now - spent);
            spent = now;
        }
    }

    private boolean isUsed(Blocks known, Object ofStore, int d, int place) throws ReflectiveOperationException {
        boolean isFetched = fetched[d][place];
        everFetched[d][place] |= isFetched;
        if (!hasGradient[d][place]) {
            Object array = array(known, ofStore, d, place);
            hasGradient[d][place] = array != null && gradients != null && gradients.exists(array);
        }
        return hasGradient[d][place] && (isFetched || !everFetched[d][place]);
    }

    private float norm(Blocks known, Object ofStore, int d, int place) throws ReflectiveOperationException {
        Object array = array(known, ofStore, d, place);
        return array == null || gradients == null ? Step.NO_GRADIENT : gradients.norm(array);
    }

    /** The parameter's array on that device; null where the store has none, so nothing updates it. */
    private @Nullable Object array(Blocks known, Object ofStore, int d, int place) throws ReflectiveOperationException {
        List<?> arrays = djl.arraysOf(ofStore, known.parameter(place));
        return d < arrays.size() ? arrays.get(d) : null;
    }

    private void tellProbe(Blocks known, ModelReport report, int d, long[] used) {
        boolean[] ran = fetched[d].clone();
        int[] reaches = new int[known.size()];
        int count = 0;
        for (int place = 0; place < known.size(); place++) {
            if ((used[place >>> 6] & 1L << place) != 0) {
                ran[place] = true;
                reaches[count++] = place;
            }
        }
        report.probe(new Probe(
                model,
                report.backward(),
                known.ran(ran),
                null,
                Arrays.copyOf(reaches, count),
                new int[0],
                false,
                0,
                false));
    }

    /** {@code freezeParameters} may come at any time. */
    private void tellChange(Blocks known) {
        int[] frozen = new int[known.size()];
        int[] unfrozen = new int[known.size()];
        int offs = 0;
        int ons = 0;
        for (int place = 0; place < known.size(); place++) {
            boolean is = djl.requiresGradient(known.parameter(place));
            if (is != trainable[place]) {
                trainable[place] = is;
                if (is) {
                    unfrozen[ons++] = place;
                } else {
                    frozen[offs++] = place;
                }
            }
        }
        if (offs + ons > 0) {
            for (ModelReport report : reports) {
                report.changed(report.backward(), Arrays.copyOf(frozen, offs), Arrays.copyOf(unfrozen, ons));
            }
        }
    }

    void failed(String type, String message, String trace, String where) {
        Object of = trainer.get();
        if (blocks == null && of != null && !ended) {
            // It fails in its first pass: the collector hears what it trained all the same.
            describe(of);
        }
        Integer number = model < 0 ? null : model;
        Long backward = reports.isEmpty() ? null : reports.get(0).backward();
        owner.tell(new Failure(type, message, trace, where, number, number == null ? null : backward), devices.length);
    }

    /** The trainer was closed, or let go of. */
    void end() {
        if (!ended) {
            ended = true;
            open = false;
            for (ModelReport report : reports) {
                report.end();
            }
        }
    }
}
