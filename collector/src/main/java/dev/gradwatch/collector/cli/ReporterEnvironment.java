package dev.gradwatch.collector.cli;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The environment of a watched command: its own, and what tells the reporters whom to report to. The arguments are left as they are. */
final class ReporterEnvironment {
    /** Set by the launcher, which runs us in a UTF-8 locale so that the words of a command survive Java: the user's own LC_ALL. */
    static final String CALLERS_LC_ALL = "GRADWATCH_CALLERS_LC_ALL";

    private final Map<String, String> variables;

    ReporterEnvironment(Map<String, String> base) {
        variables = new HashMap<>(base);
        String locale = variables.remove(CALLERS_LC_ALL);
        if (locale != null && locale.isEmpty()) {
            variables.remove("LC_ALL");
        } else if (locale != null) {
            variables.put("LC_ALL", locale);
        }
    }

    ReporterEnvironment injecting(ReporterPackage reporter) {
        variables.put("PYTHONPATH", reporter.pythonPath(variables.get("PYTHONPATH")));
        return this;
    }

    /** @param agent null where there is none to name */
    ReporterEnvironment naming(@Nullable AgentJar agent) {
        if (agent != null) {
            variables.put(AgentJar.VARIABLE, agent.path().toString());
        }
        return this;
    }

    ReporterEnvironment reportingTo(InetSocketAddress collector, @Nullable String token, String job) {
        variables.put("GRADWATCH_COLLECTOR", address(collector));
        variables.put("GRADWATCH_JOB", job);
        if (token != null) {
            variables.put("GRADWATCH_TOKEN", token);
        }
        return this;
    }

    /** @param ca whose certificates to trust; null where the collector speaks plain text, whatever the environment says for another one */
    ReporterEnvironment trusting(@Nullable String ca) {
        if (ca == null) {
            variables.remove("GRADWATCH_TLS_CA");
        } else {
            variables.put("GRADWATCH_TLS_CA", TrustedCa.everywhere(ca));
        }
        return this;
    }

    ReporterEnvironment spending(@Nullable String budget) {
        if (budget != null) {
            variables.put("GRADWATCH_BUDGET", budget);
        }
        return this;
    }

    Map<String, String> variables() {
        return Map.copyOf(variables);
    }

    /** As the reporter reads it; a collector that listens everywhere is reached here by loopback. */
    static String address(InetSocketAddress collector) {
        boolean everywhere =
                collector.getAddress() != null && collector.getAddress().isAnyLocalAddress();
        String host = everywhere ? "127.0.0.1" : collector.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + collector.getPort();
    }
}
