package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.Directory.SinceLastRun;
import dev.gradwatch.collector.source.tcp.TcpSource;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is kept and shown of some jobs: a station that watches them, and the page over it where one is served. The same beside a collector that stays, a
 * run, the demo and a recording. Thread-safe; whoever opens one closes it, and may do so twice.
 */
final class Board implements EarlierRuns, AutoCloseable {
    private final Station station;
    private final Jobs jobs;
    private final @Nullable TcpSource source;
    private final Directory directory;
    private @Nullable ServedPage page;

    private Board(Station station, Jobs jobs, @Nullable TcpSource source, Directory directory) {
        this.station = station;
        this.jobs = jobs;
        this.source = source;
        this.directory = directory;
    }

    /** Begins to keep what a sidecar sees. Takes the station over. */
    static Board beside(Sidecar sidecar, Station station) {
        station.reporterPort(sidecar.address().getPort());
        Directory directory = station.watch(sidecar.jobs(), sidecar.source()::connections);
        return new Board(station, sidecar.jobs(), sidecar.source(), directory);
    }

    /** Begins to keep what is read from a recording, looked at by {@link #look} alone. Takes the station over. */
    static Board ofRecorded(Jobs jobs, Station station) {
        return new Board(station, jobs, null, station.watchRecorded(jobs));
    }

    /** How a page is served of a directory. */
    interface Server {
        ServedPage serve(Directory directory) throws IOException;
    }

    /**
     * Serves the page, which is closed with this.
     *
     * @throws IOException in one line, where it cannot be; the rest goes on
     */
    synchronized ServedPage show(Server server) throws IOException {
        ServedPage served = server.serve(directory);
        page = served;
        return served;
    }

    /** As {@link #show}, at the place that the options say or, where they say none, at the usual one or at a free port. */
    ServedPage show(PageOptions options) throws IOException {
        return show(shown -> options.serveSomewhere(shown, this::meters));
    }

    /** New meters of what is watched. */
    PrometheusMeterRegistry meters() {
        return Meters.of(jobs, source, directory, station::gpus);
    }

    /** Looks now at what changed. */
    void look() {
        station.look();
    }

    /** Blocks until all is written, or the store turned out to be away. */
    boolean flush() {
        return station.flush();
    }

    @Override
    public Optional<SinceLastRun> sinceLastRun(String job) {
        return directory.sinceLastRun(job);
    }

    @Override
    public Optional<FlagCost> flagCost(JobReport report) {
        return station.flagCost(report);
    }

    /** The page goes before what it shows. */
    @Override
    public synchronized void close() {
        if (page != null) {
            page.close();
        }
        station.close();
    }
}
