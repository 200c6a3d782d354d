package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.LogMessage;
import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.collector.model.Observation.JobEnded;
import dev.gradwatch.collector.model.Observation.JobStarted;
import dev.gradwatch.collector.model.Observation.LogRead;
import dev.gradwatch.collector.model.Observation.MessageSeen;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Goodbye;
import dev.gradwatch.wire.Hello;
import dev.gradwatch.wire.Launch;
import dev.gradwatch.wire.Message;
import dev.gradwatch.wire.Messages;
import dev.gradwatch.wire.Progress;
import java.util.ArrayList;
import java.util.List;

/** What a job printed here, and its command. */
final class NodeSpeech implements Speech {
    private final UpstreamTarget target;
    private final String job;
    private Messages messages = new Messages();
    private boolean over;

    /** @param over the job ended before, so that what comes is trailing */
    NodeSpeech(UpstreamTarget target, String job, boolean over) {
        this.target = target;
        this.job = job;
        this.over = over;
    }

    @Override
    public Message hello() {
        messages = new Messages();
        return Hello.ofNode(job, target.node(), target.nodeHost(), target.pid()).token(target.token());
    }

    @Override
    public void say(Observation observation, FrameBuffer to) {
        if (observation instanceof MessageSeen seen) {
            add(seen.message());
        } else if (observation instanceof LogRead read) {
            messages.read(read.source(), read.lines());
        } else if (observation instanceof JobStarted started) {
            settle(to);
            over = false;
            to.add(Launch.started(started.micros(), started.name(), started.command()));
        } else if (observation instanceof JobEnded ended) {
            settle(to);
            over = true;
            to.add(Launch.ended(ended.micros(), ended.exitCode()));
        }
        if (messages.isFull()) {
            settle(to);
        }
    }

    private void add(LogMessage message) {
        messages.message(
                message.id(),
                message.severity().id(),
                message.source(),
                message.line(),
                message.endLine(),
                message.rank(),
                message.attempt(),
                message.fields(),
                message.text(),
                new Messages.Guide(
                        message.guide().means(),
                        message.guide().fix(),
                        message.guide().trap()));
    }

    @Override
    public void settle(FrameBuffer to) {
        if (!messages.isEmpty()) {
            Messages full = messages;
            messages = new Messages();
            to.add(full);
        }
    }

    @Override
    public List<Observation> ofPicture(List<Observation> all) {
        List<Observation> ours = new ArrayList<>();
        // A job that is not known begins with a message, and not with how far a text was read.
        all.stream().filter(JobStarted.class::isInstance).forEach(ours::add);
        all.stream().filter(MessageSeen.class::isInstance).forEach(ours::add);
        all.stream().filter(LogRead.class::isInstance).forEach(ours::add);
        all.stream().filter(JobEnded.class::isInstance).forEach(ours::add);
        return ours;
    }

    @Override
    public boolean isOver() {
        return over;
    }

    @Override
    public boolean lingers() {
        return true;
    }

    @Override
    public Message goodbye() {
        return new Goodbye("exit", List.of(), new Progress.Cost(0, 0, 0));
    }

    @Override
    public Message stillHere() {
        return new Messages();
    }
}
