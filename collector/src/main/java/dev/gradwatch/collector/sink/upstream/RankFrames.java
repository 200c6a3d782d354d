package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.GpuSample;
import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.LedgerSnapshot.Sample;
import dev.gradwatch.collector.model.Manifest.DdpSettings;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.TrainableChange;
import dev.gradwatch.wire.Change;
import dev.gradwatch.wire.Gpu;
import dev.gradwatch.wire.Ledger;
import dev.gradwatch.wire.Manifest;
import dev.gradwatch.wire.Probe;
import dev.gradwatch.wire.Step;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The model's records as frames. */
final class RankFrames {
    private RankFrames() {}

    static Step step(StepReported reported) {
        dev.gradwatch.collector.model.Step seen = reported.step();
        Step step = new Step(
                seen.model(),
                seen.flags(),
                seen.parameters(),
                seen.step(),
                seen.backward(),
                seen.watched(),
                reported.micros(),
                seen.stepNanos(),
                seen.used());
        float[] norms = seen.norms();
        if (norms != null) {
            step.norms(norms);
        }
        if (seen.has(dev.gradwatch.wire.StepFlags.CHECKSUM)) {
            step.checksum(seen.checksum());
        }
        if (seen.has(dev.gradwatch.wire.StepFlags.LOSS)) {
            step.loss(seen.loss());
        }
        return step;
    }

    static Manifest manifest(dev.gradwatch.collector.model.Manifest seen) {
        Manifest manifest = new Manifest(seen.model(), seen.name(), seen.wrapper(), seen.stateDictKeys());
        seen.modules().forEach(module -> manifest.module(module.name(), module.className()));
        for (dev.gradwatch.collector.model.Manifest.Parameter parameter : seen.parameters()) {
            manifest.parameter(
                    parameter.name(),
                    array(parameter.shape()),
                    parameter.dtype(),
                    parameter.trainable(),
                    parameter.reduced(),
                    parameter.module(),
                    parameter.aliases());
        }
        DdpSettings ddp = seen.ddp();
        if (ddp != null) {
            manifest.ddp(
                    ddp.findUnusedParameters(),
                    ddp.staticGraph(),
                    ddp.broadcastBuffers(),
                    ddp.gradientAsBucketView(),
                    ddp.bucketCapMb(),
                    ddp.commHook());
        }
        seen.notes().forEach(manifest::note);
        return manifest.untold(
                Math.max(0, seen.parametersTotal() - seen.parameters().size()));
    }

    static Change change(int model, TrainableChange change) {
        return new Change(model, change.backward(), array(change.frozen()), array(change.unfrozen()));
    }

    static Probe probe(dev.gradwatch.collector.model.Probe seen) {
        return new Probe(
                seen.model(),
                seen.backward(),
                array(seen.ran()),
                arrayOrNull(seen.reachesOutput()),
                arrayOrNull(seen.reachesLoss()),
                array(seen.hidden()),
                seen.reentrantCheckpoint(),
                seen.nodes(),
                seen.truncated());
    }

    static Ledger ledger(LedgerSnapshot seen) {
        float[] last = seen.lastNorms();
        float[] max = seen.maxNorms();
        LedgerSnapshot.StepTimes times = seen.times();
        return new Ledger(
                seen.model(),
                seen.watched(),
                seen.step(),
                seen.backward(),
                patterns(seen.used()),
                patterns(seen.health()),
                last == null || max == null
                        ? null
                        : new Ledger.Norms(last, max, seen.lastNormsBackward(), seen.lastNormsFlags()),
                series(seen.totals()),
                series(seen.checksums()),
                seen.changes().stream()
                        .map(change -> change(seen.model(), change))
                        .toList(),
                new Ledger.Times(times.count(), times.sumNanos(), times.minNanos(), times.maxNanos()));
    }

    static Gpu gpu(GpuSampled sampled) {
        GpuSample seen = sampled.sample();
        Gpu gpu = new Gpu(
                        sampled.micros(),
                        seen.host(),
                        seen.uuid(),
                        seen.index(),
                        seen.name(),
                        seen.state().id())
                .memory(seen.totalBytes(), seen.usedBytes(), seen.rankBytes(), seen.beforeBytes())
                .utilisation(seen.gpuPercent(), seen.memoryPercent())
                .temperature(seen.temperatureCelsius())
                .power(seen.powerWatts(), seen.powerLimitWatts())
                .throttle(seen.throttle())
                .errors(seen.eccUncorrected(), seen.pendingRetirement());
        seen.tenants().forEach(other -> gpu.tenant(other.pid(), other.name(), other.usedBytes(), other.rank()));
        return gpu;
    }

    private static Ledger.Patterns patterns(LedgerSnapshot.Patterns seen) {
        LedgerSnapshot.Counts counts = seen.counts();
        return new Ledger.Patterns(
                seen.patterns(),
                seen.runs().stream()
                        .map(run -> new long[] {run.first(), run.last(), run.pattern(), run.flags()})
                        .toList(),
                counts == null
                        ? null
                        : new Ledger.Counts(
                                counts.passes(),
                                counts.first(),
                                counts.last(),
                                counts.partial(),
                                counts.noSync(),
                                counts.by()));
    }

    private static Ledger.Series series(List<Sample> samples) {
        return new Ledger.Series(
                samples.stream().mapToLong(Sample::backward).toArray(),
                samples.stream().mapToDouble(Sample::value).toArray());
    }

    private static int[] array(Collection<Integer> values) {
        return values.stream().mapToInt(Integer::intValue).toArray();
    }

    private static int[] array(BitSet bits) {
        return bits.stream().toArray();
    }

    private static int @Nullable [] arrayOrNull(@Nullable BitSet bits) {
        return bits == null ? null : array(bits);
    }
}
