package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.upstream.UpstreamTarget;
import dev.gradwatch.wire.HostName;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** As whom a collector elsewhere is told. */
final class NodeOptions {
    /** By which srun and mpirun tell the many processes that they start on a node apart. */
    private static final List<String> TASKS = List.of("SLURM_PROCID", "OMPI_COMM_WORLD_RANK", "PMI_RANK");

    @Option(
            names = "--node",
            paramLabel = "NAME",
            description =
                    "What this node is called where a job runs on several, unlike the others. Without it: the host's name.")
    private @Nullable String node;

    UpstreamTarget target(InetSocketAddress collector, @Nullable String token, @Nullable String tlsCa) {
        boolean everywhere =
                collector.getAddress() != null && collector.getAddress().isAnyLocalAddress();
        String host = HostName.ours();
        return new UpstreamTarget(
                everywhere ? "127.0.0.1" : collector.getHostString(),
                collector.getPort(),
                token,
                tlsCa,
                node == null || node.isBlank() ? name(host, System.getenv()) : node.strip(),
                host,
                ProcessHandle.current().pid());
    }

    /** Such as {@code node1}, or {@code node1#3} for the fourth of the processes that srun started: each has an output of its own. */
    static String name(String host, Map<String, String> environment) {
        for (String task : TASKS) {
            String number = environment.get(task);
            if (number != null && number.matches("[0-9]{1,9}")) {
                return host + "#" + number;
            }
        }
        return host;
    }
}
