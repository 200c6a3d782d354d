package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.cli.sidecar.Station;
import dev.gradwatch.collector.sink.store.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;
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
            List.of("run", "--no-http", "--", "true"),
            List.of("diagnose", "--list"),
            List.of("demo", "--replay", "--no-http"));

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
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        Store.Retention retention = new Store.Retention(1, 0);
        try (TemporaryStore store = TemporaryStore.make();
                Station station = Station.open(store.url(), retention, Version.text(), Sidecar::nowMicros);
                Sidecar sidecar = Sidecar.start(
                        new SidecarOptions(anyPort, null, null),
                        new Keeping(station.recollection(), station::whenWritten),
                        null)) {
            try (Board board = Board.beside(sidecar, station)) {
                ServedPage page = board.show(PageOptions.at(anyPort));
                ApiClient.of(page.bound(), null, null, false).get("/api/jobs");
            }
        }
    }
}
