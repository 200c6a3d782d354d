package dev.gradwatch.collector.source.tcp;

import dev.gradwatch.collector.model.Manifest;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Observation.TrainableChanged;
import dev.gradwatch.collector.model.Step;
import dev.gradwatch.wire.FrameException;
import dev.gradwatch.wire.FrameKind;
import dev.gradwatch.wire.StepReader;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Turns the frames of one rank into observations. Everything here throws {@link FrameException} where a frame is not what it must be. On the
 * connection's event loop.
 */
final class RankFrames {
    private final StepReader reader = new StepReader();
    private final ManifestAssembly manifests = new ManifestAssembly();
    private String job = "";
    private int rank;

    /** The frames from here on are this rank's. */
    void speakFor(String job, int rank) {
        this.job = job;
        this.rank = rank;
    }

    /** Bytes of chunks that wait for the rest of their manifest. */
    long waitingBytes() {
        return manifests.waitingBytes();
    }

    void forget() {
        manifests.forget();
    }

    StepReported step(ByteBuf bytes, int index, int length) {
        StepReader frame = reader.wrap(bytes.internalNioBuffer(index, length));
        Step step = new Step(
                frame.model(),
                frame.flags(),
                frame.parameters(),
                frame.step(),
                frame.backward(),
                frame.watched(),
                frame.stepNanos(),
                frame.used(),
                frame.norms(),
                frame.checksum(),
                frame.loss());
        return new StepReported(job, frame.wallMicros(), rank, step);
    }

    /** What a frame of one of the JSON kinds says; null for a chunk of a manifest that is not whole yet. */
    @Nullable
    Observation rare(int kind, ByteBuf bytes, int index, int length, long micros) {
        String name = FrameKind.name(kind);
        switch (kind) {
            case FrameKind.MANIFEST -> {
                ManifestChunk chunk = JsonReader.read(name, bytes, index, length, ManifestChunk::read);
                Manifest manifest = manifests.add(chunk, length);
                return manifest == null ? null : new ModelDescribed(job, micros, rank, manifest);
            }
            case FrameKind.CHANGE -> {
                ChangeReader.Change change = JsonReader.read(name, bytes, index, length, ChangeReader::read);
                if (change.model() == null) {
                    throw FrameException.malformed(name, "model: missing (expected: it)");
                }
                return new TrainableChanged(job, micros, rank, change.model(), change.change());
            }
            case FrameKind.LEDGER -> {
                return new LedgerReplaced(
                        job, micros, rank, JsonReader.read(name, bytes, index, length, LedgerReader::read));
            }
            case FrameKind.PROBE -> {
                return new ModelProbed(
                        job, micros, rank, JsonReader.read(name, bytes, index, length, ProbeReader::read));
            }
            case FrameKind.FAILURE -> {
                return new RankFailed(
                        job, micros, rank, JsonReader.read(name, bytes, index, length, FailureReader::read));
            }
            case FrameKind.PROGRESS -> {
                ProgressReader.Progress progress = JsonReader.read(name, bytes, index, length, ProgressReader::read);
                return new RankProgressed(job, micros, rank, progress.models(), progress.cost());
            }
            case FrameKind.GPU -> {
                GpuFrameReader.Sampled sampled = JsonReader.read(name, bytes, index, length, GpuFrameReader::read);
                // One that waited for a slow connection is as old as it says.
                return new GpuSampled(job, sampled.micros(), rank, sampled.sample());
            }
            case FrameKind.MESSAGE, FrameKind.LAUNCH ->
                throw FrameException.malformed(name, "on a rank's connection (expected: on a node's)");
            default -> throw new AssertionError(name);
        }
    }

    Leave goodbye(ByteBuf bytes, int index, int length, long micros) {
        ProgressReader.Progress progress = JsonReader.read("Goodbye", bytes, index, length, ProgressReader::read);
        return new Leave(
                new RankProgressed(job, micros, rank, progress.models(), progress.cost()),
                new RankLeft(job, micros, rank, true, progress.reason()));
    }

    /** What a Goodbye says: how far the rank came, and that it left. */
    record Leave(RankProgressed progress, RankLeft left) {}
}
