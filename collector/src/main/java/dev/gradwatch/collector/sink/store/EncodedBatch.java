package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.model.SeriesPoint;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** A batch as rows hold it. */
record EncodedBatch(
        List<JobTable.Row> jobs,
        List<FactTable.Row> facts,
        List<AlertTable.Row> events,
        List<MuteTable.Row> mutes,
        List<SeriesPoint> points) {
    static EncodedBatch of(Batch batch) {
        return new EncodedBatch(
                batch.jobs().stream().map(JobTable.Row::of).toList(),
                FactTable.Row.latest(batch.facts()),
                batch.events().stream().map(AlertTable.Row::of).toList(),
                batch.mutes().stream().map(MuteTable.Row::of).toList(),
                batch.points());
    }

    void write(Handle handle) {
        JobTable.write(handle, jobs);
        FactTable.write(handle, facts);
        AlertTable.write(handle, events);
        MuteTable.write(handle, mutes);
        PointTable.merge(handle, points);
    }
}
