package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.sink.http.Directory;
import dev.gradwatch.collector.sink.http.HttpApi;
import dev.gradwatch.collector.sink.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * {@code gradwatch rehearse}, for the launcher alone: does in one process what most processes do, so that Java can archive the classes that it
 * takes. What it prints is of no use.
 */
@Command(name = "rehearse", hidden = true)
final class RehearseCommand implements Callable<Integer> {
    private static final List<List<String>> ACTS = List.of(
            List.of("--help"),
            List.of("run", "--", "true"),
            List.of("diagnose", "--list"),
            List.of("demo", "--replay"));

    @Override
    public Integer call() throws IOException, InterruptedException {
        CommandLine commandLine = Gradwatch.commandLine();
        int worst = 0;
        for (List<String> act : ACTS) {
            worst = Math.max(worst, commandLine.execute(act.toArray(new String[0])));
        }
        collect();
        return worst;
    }

    /** What {@code collect} does up to its first answer, on a store that goes again. */
    private static void collect() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("gradwatch-rehearse");
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        ServeOptions serve = new ServeOptions();
        serve.http = anyPort;
        try (Station station = Station.open(
                        "jdbc:sqlite:" + folder.resolve("jobs.db"),
                        new Store.Retention(1, 0),
                        Version.text(),
                        Sidecar::nowMicros);
                Sidecar sidecar = Sidecar.start(
                        new SidecarOptions(anyPort, null, null),
                        new Keeping(station.recollection(), station::whenWritten),
                        null)) {
            Directory directory = station.watch(sidecar.jobs(), sidecar.source()::connections);
            HttpApi api = serve.start(directory, Meters.of(sidecar, directory, station::gpus), null, false);
            ApiClient.of(serve.bound(), null, null, false).get("/api/jobs");
            api.close();
        } finally {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }
}
