package dev.gradwatch.collector.sink.upstream;

import dev.gradwatch.collector.model.Observation;
import dev.gradwatch.wire.FrameBuffer;
import dev.gradwatch.wire.Message;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Says on a connection what was observed, in the words of the protocol. On the connection's event loop. */
interface Speech {
    /** Who speaks. */
    Message hello();

    /** Appends what an observation comes to; nothing where it has nothing to do with this connection. */
    void say(Observation observation, FrameBuffer to);

    /** Appends what {@link #say} held back to say more at once. */
    void settle(FrameBuffer to);

    /**
     * What of a picture belongs here, in the order in which it is to be said.
     *
     * @return null where the picture shows that there is nobody to speak for any more
     */
    @Nullable
    List<Observation> ofPicture(List<Observation> all);

    /** Whether all was said that there will be; more may come after a while where {@link #lingers}. */
    boolean isOver();

    /** Whether something may still come after the end, so that it is better to wait a little. */
    boolean lingers();

    /** The last word; null where the connection is closed without one. */
    @Nullable
    Message goodbye();

    /** What keeps a connection open that has nothing to say; null where it always has. */
    @Nullable
    Message stillHere();
}
