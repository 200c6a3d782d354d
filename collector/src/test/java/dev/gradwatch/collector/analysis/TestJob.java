package dev.gradwatch.collector.analysis;

import dev.gradwatch.collector.model.Finding;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.PassFlags;
import dev.gradwatch.collector.model.Probe;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.collector.words.Translated;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A job told in a few words, as a perfect reporter would observe it. Modules are {@code name} or {@code name:Class}, each with a weight and a bias,
 * so module i owns parameters 2 i and 2 i + 1; module 0 of the manifest is the root.
 */
public final class TestJob {
    public static final String UNUSED_TEXT =
            "Expected to have finished reduction in the prior iteration before starting a new one. This error indicates that your module has"
                    + " parameters that were not used in producing loss.\nParameter indices which did not receive grad for rank %d: %s\n In addition";

    private final JobState state = new JobState("job");
    private final List<Observation> told = new ArrayList<>();
    private final Map<Integer, long[]> counters = new HashMap<>();
    private final int worldSize;
    private String framework = "torch";
    private String version = "2.13.0+cpu";
    private Map<String, String> libraries = Map.of();
    private Manifest manifest = manifest(0, "Net", List.of("body"), null);

    public TestJob(int worldSize) {
        this.worldSize = worldSize;
    }

    public static TestJob withDefault(String... modules) {
        return of(new Manifest.DdpSettings(false, false, true, false, 25, false), modules);
    }

    public static TestJob withFind(String... modules) {
        return of(new Manifest.DdpSettings(true, false, true, false, 25, false), modules);
    }

    public static TestJob withStatic(String... modules) {
        return of(new Manifest.DdpSettings(false, true, true, false, 25, false), modules);
    }

    public static TestJob plain(String... modules) {
        return of(null, modules);
    }

    /** One device of a JVM whose Trainer trains these blocks, each with a weight and a bias. */
    public static TestJob djl(String... blocks) {
        return djl(1, blocks);
    }

    /** Likewise with several devices. */
    public static TestJob djl(int devices, String... blocks) {
        TestJob job = new TestJob(devices);
        job.framework = "djl";
        job.version = "0.35.1";
        return job.start(blocks("Net", List.of(blocks)));
    }

    /** A model as the Java agent describes it: names joined by underscores, every block above one with parameters among its modules. */
    public static Manifest blocks(String name, List<String> blocks) {
        Manifest flat = manifest(0, name, blocks, null);
        List<Manifest.Module> modules = new ArrayList<>(flat.modules());
        for (String block : blocks) {
            for (int end = block.lastIndexOf("_0"); end > 0; end = block.lastIndexOf("_0", end - 1)) {
                String parent = block.substring(0, end).replace("!", "");
                if (modules.stream().noneMatch(module -> module.name().equals(parent))) {
                    modules.add(new Manifest.Module(parent, "SequentialBlock"));
                }
            }
        }
        List<Manifest.Parameter> parameters = new ArrayList<>();
        for (Manifest.Parameter parameter : flat.parameters()) {
            parameters.add(new Manifest.Parameter(
                    parameter.name().replace('.', '_'),
                    parameter.shape(),
                    parameter.dtype(),
                    parameter.trainable(),
                    false,
                    parameter.module(),
                    List.of()));
        }
        return new Manifest(
                0, name, "Trainer", parameters.size(), parameters.size(), modules, parameters, null, List.of());
    }

    /** Two ranks that joined and described the model. */
    public static TestJob of(Manifest.DdpSettings ddp, String... modules) {
        return new TestJob(2).start(manifest(0, "Net", List.of(modules), ddp));
    }

    public TestJob start(Manifest model) {
        manifest = model;
        for (int rank = 0; rank < worldSize; rank++) {
            join(rank, "group", 0, 100 + rank);
            tell(new Observation.ModelDescribed("job", 1, rank, model));
        }
        return this;
    }

    public TestJob libraries(Map<String, String> imported) {
        libraries = imported;
        for (int rank = 0; rank < worldSize; rank++) {
            join(rank, "group", 0, 100 + rank);
        }
        return this;
    }

    public boolean join(int rank, String group, int attempt, long pid) {
        return tell(new Observation.RankJoined(
                "job",
                1,
                rank,
                new RankInfo(
                        group,
                        attempt,
                        worldSize,
                        rank,
                        "host",
                        pid,
                        "cpu",
                        null,
                        framework,
                        version,
                        framework.equals("djl") ? "java 17.0.15" : "python 3.11",
                        List.of("train.py"),
                        libraries)));
    }

    public static Manifest manifest(int model, String name, List<String> modules, Manifest.DdpSettings ddp) {
        List<Manifest.Module> tree = new ArrayList<>();
        tree.add(new Manifest.Module("", name));
        List<Manifest.Parameter> parameters = new ArrayList<>();
        for (String module : modules) {
            // A leading ! is a module that was frozen before the wrap.
            boolean trainable = !module.startsWith("!");
            String[] parts = module.substring(trainable ? 0 : 1).split(":", -1);
            tree.add(new Manifest.Module(parts[0], parts.length > 1 ? parts[1] : "Linear"));
            for (String kind : List.of("weight", "bias")) {
                parameters.add(new Manifest.Parameter(
                        parts[0] + "." + kind,
                        List.of(4),
                        "float32",
                        trainable,
                        trainable && ddp != null,
                        tree.size() - 1,
                        List.of()));
            }
        }
        return new Manifest(
                model,
                name,
                ddp == null ? "Module" : "DistributedDataParallel",
                parameters.size(),
                parameters.size(),
                tree,
                parameters,
                ddp,
                List.of());
    }

    public boolean tell(Observation observation) {
        told.add(observation);
        return state.apply(observation);
    }

    /** A synchronised pass on all ranks that used these modules. */
    public TestJob pass(int... modules) {
        for (int rank = 0; rank < worldSize; rank++) {
            passOn(rank, defaultFlags(), modules);
        }
        return this;
    }

    private int defaultFlags() {
        return manifest.ddp() == null ? PassFlags.FORWARD_RAN | PassFlags.NO_SYNC : PassFlags.FORWARD_RAN;
    }

    public TestJob passes(int count, int... modules) {
        for (int i = 0; i < count; i++) {
            pass(modules);
        }
        return this;
    }

    public TestJob passOn(int rank, int flags, int... modules) {
        return step(rank, flags, used(modules), null, Double.NaN);
    }

    /** A synchronised pass of one rank that used all, with these norms, a parameter each. */
    public TestJob norms(int rank, float... norms) {
        long[] used = new long[1];
        for (int p = 0; p < norms.length; p++) {
            used[0] |= norms[p] == -1 ? 0 : 1L << p;
        }
        return step(rank, defaultFlags(), used, norms, Double.NaN);
    }

    public TestJob step(int rank, int flags, long[] used, float[] norms, double checksum) {
        long[] counter = counters.computeIfAbsent(rank, key -> new long[2]);
        int all = flags | (norms == null ? 0 : PassFlags.NORMS) | (Double.isNaN(checksum) ? 0 : PassFlags.CHECKSUM);
        int parameters = manifest.parameters().size();
        tell(new Observation.StepReported(
                "job",
                2,
                rank,
                new Step(
                        manifest.model(),
                        all,
                        parameters,
                        counter[0],
                        counter[0],
                        ++counter[1],
                        10,
                        used,
                        norms,
                        checksum,
                        Double.NaN)));
        counter[0]++;
        return this;
    }

    /** Passes that nobody watched. */
    public TestJob unwatched(long passes) {
        for (int rank = 0; rank < worldSize; rank++) {
            counters.computeIfAbsent(rank, key -> new long[2])[0] += passes;
        }
        return this;
    }

    public long backward(int rank) {
        return counters.computeIfAbsent(rank, key -> new long[2])[0];
    }

    public static long[] used(int... modules) {
        long[] words = new long[1];
        for (int module : modules) {
            words[0] |= 3L << 2 * module;
        }
        return words;
    }

    /** What rank 0's probe of the latest pass showed; modules as in {@link #pass}. */
    public TestJob probe(int[] ran, int[] reachOutput) {
        for (int rank = 0; rank < worldSize; rank++) {
            probe(rank, Math.max(0, counters.getOrDefault(rank, new long[1])[0] - 1), ran, reachOutput, false);
        }
        return this;
    }

    public TestJob probe(int rank, long backward, int[] ran, int[] reachOutput, boolean reentrant) {
        BitSet ranBits = new BitSet();
        ranBits.set(0);
        Arrays.stream(ran).forEach(module -> ranBits.set(module + 1));
        BitSet reached = null;
        if (reachOutput != null) {
            reached = new BitSet();
            for (int module : reachOutput) {
                reached.set(2 * module, 2 * module + 2);
            }
        }
        tell(new Observation.ModelProbed(
                "job",
                2,
                rank,
                new Probe(manifest.model(), backward, ranBits, new BitSet(), reached, null, reentrant, 10, false)));
        return this;
    }

    public TestJob change(List<Integer> frozen, List<Integer> unfrozen) {
        for (int rank = 0; rank < worldSize; rank++) {
            long backward = counters.getOrDefault(rank, new long[1])[0];
            tell(new Observation.TrainableChanged(
                    "job", 2, rank, manifest.model(), new TrainableChange(backward, frozen, unfrozen)));
        }
        return this;
    }

    /** The next forward raises torch's text with these places among the reduced parameters. */
    public TestJob diesOfUnused(int rank, String places) {
        return fails(rank, "RuntimeError", UNUSED_TEXT.formatted(rank, places), "forward");
    }

    public TestJob fails(int rank, String type, String message, String where) {
        tell(new Observation.RankFailed(
                "job",
                3,
                rank,
                new RankFailure(
                        type,
                        message,
                        "Traceback",
                        where,
                        where.equals("uncaught") ? null : manifest.model(),
                        where.equals("uncaught") ? null : counters.getOrDefault(rank, new long[1])[0])));
        return this;
    }

    public TestJob leaves(int rank, boolean orderly) {
        tell(new Observation.RankLeft("job", 4, rank, orderly, orderly ? "exit" : "lost"));
        return this;
    }

    public TestJob ends(Integer exitCode) {
        tell(new Observation.JobEnded("job", 5, exitCode));
        return this;
    }

    public TestJob replace(int rank, LedgerSnapshot ledger) {
        tell(new Observation.LedgerReplaced("job", 6, rank, ledger));
        return this;
    }

    public JobState state() {
        return state;
    }

    /** All that was told, to tell it again. */
    public List<Observation> told() {
        return told;
    }

    public JobReport report() {
        return state.report();
    }

    public List<Finding> findings() {
        return Translated.whole(state.report().findings());
    }

    /** The only finding. */
    public Finding finding() {
        List<Finding> findings = findings();
        if (findings.size() != 1) {
            throw new AssertionError(
                    "findings: " + findings.stream().map(Finding::id).toList() + " (expected: one)");
        }
        return findings.get(0);
    }

    public List<String> ids() {
        return findings().stream().map(Finding::id).toList();
    }
}
