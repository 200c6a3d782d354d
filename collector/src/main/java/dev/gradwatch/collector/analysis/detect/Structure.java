package dev.gradwatch.collector.analysis.detect;

import dev.gradwatch.collector.analysis.ledger.Words;
import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Probe;
import java.util.BitSet;
import java.util.List;

/** What the probes of all ranks together showed of a model's structure. */
final class Structure {
    /** torch's multi-head attention reads this child's weights and never calls it. */
    private static final String UNCALLED_CLASS = "NonDynamicallyQuantizableLinear";

    private final Manifest manifest;
    private final BitSet ran = new BitSet();
    private final BitSet hidden = new BitSet();
    private final BitSet reaches = new BitSet();
    private final BitSet ranWithOutputSeen = new BitSet();
    private boolean modulesSeen;
    private boolean reentrant;

    Structure(Manifest manifest, List<RankFacts> ranks) {
        this.manifest = manifest;
        for (RankFacts rank : ranks) {
            for (Probe probe : rank.model().probes()) {
                add(probe, rank.used());
            }
        }
    }

    private void add(Probe probe, long[] used) {
        reentrant |= probe.reentrantCheckpoint();
        BitSet reached = probe.reachesOutput();
        if (reached != null) {
            reaches.or(reached);
        }
        hidden.or(probe.hidden());
        if (!showsModules(manifest, probe, used)) {
            return;
        }
        modulesSeen = true;
        for (int module = 0; module < manifest.modules().size(); module++) {
            if (ran(manifest, probe, module)) {
                ran.set(module);
                if (reached != null && !probe.truncated()) {
                    ranWithOutputSeen.set(module);
                }
            }
        }
    }

    static boolean ran(Manifest manifest, Probe probe, int module) {
        if (probe.ran().get(module) || probe.hidden().get(module)) {
            return true;
        }
        if (!manifest.modules().get(module).className().equals(UNCALLED_CLASS)) {
            return false;
        }
        String name = manifest.modules().get(module).name();
        String parent = name.substring(0, Math.max(0, name.lastIndexOf('.')));
        for (int other = 0; other < module; other++) {
            if (manifest.modules().get(other).name().equals(parent)) {
                return probe.ran().get(other) || probe.hidden().get(other);
            }
        }
        return false;
    }

    /**
     * Whether the probe saw the forwards of modules at all. Where most of the parameters that were used belong to modules that seem not to have
     * run (a compiled model, say), it did not.
     */
    static boolean showsModules(Manifest manifest, Probe probe, long[] used) {
        int ran = 0;
        int missed = 0;
        for (int p : Words.bits(used)) {
            if (ran(manifest, probe, manifest.parameters().get(p).module())) {
                ran++;
            } else {
                missed++;
            }
        }
        return ran > missed || (ran + missed == 0 && !probe.ran().isEmpty());
    }

    /** Whether any probe saw which modules run. */
    boolean modulesSeen() {
        return modulesSeen;
    }

    /** Whether the parameter's own module ran forward in any probe, on any rank. */
    boolean ran(int parameter) {
        return ran.get(moduleOf(parameter));
    }

    /** Whether it ran only inside a reentrant checkpoint, where the graph does not show it. */
    boolean hidden(int parameter) {
        return hidden.get(moduleOf(parameter));
    }

    /** Whether a probe that saw the module run could also walk the graph from the output. */
    boolean outputSeen(int parameter) {
        return ranWithOutputSeen.get(moduleOf(parameter));
    }

    /** Whether a walk from the model's output came to the parameter, on any rank. */
    boolean reachesOutput(int parameter) {
        return reaches.get(parameter);
    }

    /** Whether the graph of the output holds a reentrant checkpoint. */
    boolean reentrant() {
        return reentrant;
    }

    private int moduleOf(int parameter) {
        return manifest.parameters().get(parameter).module();
    }
}
