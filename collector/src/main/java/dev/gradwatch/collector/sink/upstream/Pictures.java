package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes pictures of jobs for connections that lost track. A picture costs what the job's state is large, so those that ask for the same job at
 * about the same time share one, and only a few are under way at once. On the event loop.
 */
final class Pictures {
    private static final Logger logger = LoggerFactory.getLogger(Pictures.class);

    /** Connections at once on which a picture is being sent, so that not all of them are in memory. */
    static final int MAX_UNDER_WAY = 4;

    /** After a restart of the other collector all connections come back within this or a few times as much. */
    private static final long GATHER_MILLIS = 20;

    private final EventLoop loop;
    private final Function<String, List<Observation>> source;
    private final Queue<Link> asking = new ArrayDeque<>();
    private int underWay;
    private boolean scheduled;

    Pictures(EventLoop loop, Function<String, List<Observation>> source) {
        this.loop = loop;
        this.source = source;
    }

    /** {@link Link#show} is called later, unless {@link #withdraw} is before; then {@link #done}. */
    void ask(Link link) {
        asking.add(link);
        schedule();
    }

    void withdraw(Link link) {
        asking.remove(link);
    }

    /** A picture is sent. */
    void done() {
        underWay--;
        schedule();
    }

    private void schedule() {
        if (!scheduled && !asking.isEmpty() && underWay < MAX_UNDER_WAY) {
            scheduled = true;
            ScheduledFuture<?> unused = loop.schedule(this::take, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void take() {
        scheduled = false;
        Link first = asking.peek();
        if (first == null) {
            return;
        }
        List<Link> together = new ArrayList<>();
        for (Iterator<Link> links = asking.iterator(); links.hasNext() && underWay < MAX_UNDER_WAY; ) {
            Link link = links.next();
            if (link.job().equals(first.job())) {
                links.remove();
                together.add(link);
                underWay++;
            }
        }
        // Kept again first, taken then: what is observed between the two is said twice, which does no harm.
        together.forEach(Link::keep);
        List<Observation> picture;
        try {
            picture = source.apply(first.job());
        } catch (RuntimeException e) {
            logger.warn("no picture of job {}", first.job(), e);
            picture = List.of();
        }
        for (Link link : together) {
            link.show(picture);
        }
        schedule();
    }
}
