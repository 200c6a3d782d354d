package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.sink.upstream.UpstreamTarget;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** As whom a collector elsewhere is told. */
final class NodeOptions {
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
                node == null || node.isBlank() ? host : node.strip(),
                host,
                ProcessHandle.current().pid());
    }
}
