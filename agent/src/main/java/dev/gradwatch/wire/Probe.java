package dev.gradwatch.wire;

import org.jspecify.annotations.Nullable;

/** What one forward and its backward pass showed of a model's structure. Holds the arrays that it is given, without a copy. */
public final class Probe implements Message {
    private final int model;
    private final long backward;
    private final int[] ran;
    private final int @Nullable [] reachesOutput;
    private final int @Nullable [] reachesLoss;
    private final int[] hidden;
    private final boolean reentrantCheckpoint;
    private final int nodes;
    private final boolean truncated;

    /**
     * @param ran module indices whose forward ran since the pass before
     * @param reachesOutput parameter indices that a walk from the model's output came to; null where that could not be seen
     * @param reachesLoss likewise from the loss
     * @param hidden module indices whose forward ran only where the graph does not show it
     * @param nodes of the graph that the walk saw
     * @param truncated the graph is larger than the walk's limit
     */
    public Probe(
            int model,
            long backward,
            int[] ran,
            int @Nullable [] reachesOutput,
            int @Nullable [] reachesLoss,
            int[] hidden,
            boolean reentrantCheckpoint,
            int nodes,
            boolean truncated) {
        this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
        this.backward = backward;
        this.ran = ran;
        this.reachesOutput = reachesOutput;
        this.reachesLoss = reachesLoss;
        this.hidden = hidden;
        this.reentrantCheckpoint = reentrantCheckpoint;
        this.nodes = nodes;
        this.truncated = truncated;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.PROBE)).object().name("model").value(model);
        json.name("backward").value(backward).name("ran").value(ran);
        json.name("reaches_output").value(reachesOutput).name("reaches_loss").value(reachesLoss);
        json.name("hidden").value(hidden).name("reentrant_checkpoint").value(reentrantCheckpoint);
        json.name("nodes").value(nodes).name("truncated").value(truncated).endObject();
        out.end();
    }
}
