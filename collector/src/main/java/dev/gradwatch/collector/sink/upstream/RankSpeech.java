package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.ModelProgress;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.GpuSampled;
import dev.gradwatch.collector.model.Observation.LedgerReplaced;
import dev.gradwatch.collector.model.Observation.ModelDescribed;
import dev.gradwatch.collector.model.Observation.ModelProbed;
import dev.gradwatch.collector.model.Observation.RankFailed;
import dev.gradwatch.collector.model.Observation.RankJoined;
import dev.gradwatch.collector.model.Observation.RankLeft;
import dev.gradwatch.collector.model.Observation.RankProgressed;
import dev.gradwatch.collector.model.Observation.StepReported;
import dev.gradwatch.collector.model.Observation.TrainableChanged;
import dev.gradwatch.collector.model.RankFailure;
import dev.gradwatch.collector.model.RankInfo;
import dev.gradwatch.collector.model.WatchCost;
import dev.gradwatch.wire.Failure;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Progress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the reporter of a rank would have said itself, in one stay: from its Hello until it left. */
final class RankSpeech implements Speech {
    private final UpstreamTarget target;
    private final String job;
    private final int rank;
    private final RankInfo info;
    private @Nullable RankProgressed progressed;
    private @Nullable RankLeft left;

    RankSpeech(UpstreamTarget target, RankJoined joined) {
        this.target = target;
        this.job = joined.job();
        this.rank = joined.rank();
        this.info = joined.info();
    }

    RankInfo info() {
        return info;
    }

    @Override
    public Message hello() {
        Hello hello = new Hello(job, rank, info.worldSize(), info.pid())
                .group(info.group())
                .attempt(info.attempt())
                .host(info.host(), info.localRank())
                .device(info.device(), info.deviceUuid())
                .framework(info.framework(), info.frameworkVersion())
                .language(info.language())
                .token(target.token());
        if (!info.command().isEmpty()) {
            hello.command(info.command());
        }
        if (!info.libraries().isEmpty()) {
            hello.libraries(info.libraries());
        }
        return hello;
    }

    @Override
    public void say(Observation observation, FrameBuffer to) {
        if (observation instanceof StepReported reported) {
            to.add(RankFrames.step(reported));
        } else if (observation instanceof ModelDescribed described) {
            to.add(RankFrames.manifest(described.manifest()));
        } else if (observation instanceof TrainableChanged changed) {
            to.add(RankFrames.change(changed.model(), changed.change()));
        } else if (observation instanceof LedgerReplaced replaced) {
            to.add(RankFrames.ledger(replaced.ledger()));
        } else if (observation instanceof ModelProbed probed) {
            to.add(RankFrames.probe(probed.probe()));
        } else if (observation instanceof RankFailed failed) {
            to.add(failure(failed.failure()));
        } else if (observation instanceof RankProgressed progress) {
            progressed = progress;
            to.add(new Progress(models(progress), cost(progress)));
        } else if (observation instanceof GpuSampled sampled) {
            to.add(RankFrames.gpu(sampled));
        } else if (observation instanceof RankLeft leaving) {
            left = leaving;
        }
    }

    private static Failure failure(RankFailure failure) {
        return new Failure(
                failure.type(),
                failure.message(),
                failure.traceback(),
                failure.where(),
                failure.model(),
                failure.backward());
    }

    private static List<Progress.Model> models(@Nullable RankProgressed progress) {
        List<Progress.Model> models = new ArrayList<>();
        if (progress != null) {
            for (ModelProgress model : progress.models()) {
                models.add(new Progress.Model(
                        model.model(),
                        model.step(),
                        model.backward(),
                        model.watched(),
                        model.stepNanos(),
                        model.flags()));
            }
        }
        return models;
    }

    private static Progress.Cost cost(@Nullable RankProgressed progress) {
        WatchCost cost = progress == null ? WatchCost.NONE : progress.cost();
        return new Progress.Cost(cost.watchNanos(), cost.wallNanos(), cost.level());
    }

    @Override
    public void settle(FrameBuffer to) {
        // Nothing is held back.
    }

    @Override
    public @Nullable List<Observation> ofPicture(List<Observation> all) {
        List<Observation> ours = new ArrayList<>();
        boolean known = false;
        for (Observation observation : all) {
            if (observation instanceof RankJoined joined && joined.rank() == rank) {
                known = isOf(joined.info());
            } else if (known && Ranks.of(observation) == rank) {
                ours.add(observation);
            }
        }
        return known ? ours : null;
    }

    /** Whether it speaks of the same process in the same launch. */
    private boolean isOf(RankInfo other) {
        return other.pid() == info.pid()
                && other.host().equals(info.host())
                && other.group().equals(info.group())
                && other.attempt() == info.attempt();
    }

    @Override
    public boolean isOver() {
        return left != null;
    }

    @Override
    public boolean lingers() {
        return false;
    }

    @Override
    public @Nullable Message goodbye() {
        return left != null && left.orderly() ? new Goodbye(left.reason(), models(progressed), cost(progressed)) : null;
    }

    @Override
    public @Nullable Message stillHere() {
        return null;
    }
}
