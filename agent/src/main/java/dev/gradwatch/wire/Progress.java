package dev.gradwatch.wire;

import java.util.List;

/** How far the process is, sent every second while it lives, which also keeps the connection open. */
public final class Progress implements Message {
    private final List<Model> models;
    private final Cost cost;

    public Progress(List<Model> models, Cost cost) {
        this.models = List.copyOf(models);
        this.cost = cost;
    }

    @Override
    public void writeTo(FrameBuffer out) {
        Json json = new Json(out.begin(FrameKind.PROGRESS)).object();
        members(json, models, cost);
        json.endObject();
        out.end();
    }

    static void members(Json json, List<Model> models, Cost cost) {
        json.name("models").array();
        models.forEach(model -> model.writeTo(json));
        json.endArray().name("cost");
        cost.writeTo(json);
    }

    /** How far one model is. */
    public static final class Model {
        private final int model;
        private final long step;
        private final long backward;
        private final long watched;
        private final long stepNanos;
        private final int flags;

        /**
         * @param step optimizer steps completed
         * @param backward backward passes completed, watched or not
         * @param watched passes watched
         * @param stepNanos mean time of a recent pass
         * @param flags {@link StepFlags} of the latest pass
         */
        public Model(int model, long step, long backward, long watched, long stepNanos, int flags) {
            this.model = Limits.check("model", model, 0, Limits.MAX_MODELS - 1);
            this.step = step;
            this.backward = backward;
            this.watched = watched;
            this.stepNanos = stepNanos;
            this.flags = flags;
        }

        private void writeTo(Json json) {
            json.object().name("model").value(model).name("step").value(step);
            json.name("backward").value(backward).name("watched").value(watched);
            json.name("step_nanos").value(stepNanos).name("flags").value(flags).endObject();
        }
    }

    /** What the reporter cost the process. */
    public static final class Cost {
        private final long watchNanos;
        private final long wallNanos;
        private final int level;

        /**
         * @param watchNanos spent on the training thread
         * @param wallNanos since the first model was wrapped
         * @param level of the windows' schedule
         */
        public Cost(long watchNanos, long wallNanos, int level) {
            this.watchNanos = watchNanos;
            this.wallNanos = wallNanos;
            this.level = level;
        }

        private void writeTo(Json json) {
            json.object()
                    .name("watch_nanos")
                    .value(watchNanos)
                    .name("wall_nanos")
                    .value(wallNanos);
            json.name("level").value(level).endObject();
        }
    }
}
