package dev.gradwatch.collector.sink.http.guard;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which names a request may call this server by. A page of a stranger whose name was made to resolve to this machine (DNS rebinding)
 * sends its own name, and is refused. Immutable.
 *
 * <p>Ports are not compared: who forwards a port, reaches the server by another one.
 */
public final class AllowedHosts {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "::1");
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    private final Set<String> names;
    private final boolean anyAddress;

    private AllowedHosts(Set<String> names, boolean anyAddress) {
        this.names = Set.copyOf(names);
        this.anyAddress = anyAddress;
    }

    /**
     * Loopback's names, those of the address, and what a person named. Where the server listens on all addresses, any literal address
     * will do: a name can be made to resolve to this machine, a number cannot. May ask the machine for its name.
     */
    public static AllowedHosts of(InetSocketAddress address, Collection<String> named) {
        Set<String> names = new HashSet<>(LOOPBACK);
        for (String name : named) {
            names.add(name.toLowerCase(Locale.ROOT));
        }
        names.add(address.getHostString().toLowerCase(Locale.ROOT));
        InetAddress resolved = address.getAddress();
        boolean any = resolved != null && resolved.isAnyLocalAddress();
        if (any) {
            machineName(names);
        } else if (resolved != null) {
            names.add(bare(resolved.getHostAddress()));
        }
        return new AllowedHosts(names, any);
    }

    private static void machineName(Set<String> names) {
        try {
            names.add(InetAddress.getLocalHost().getHostName().toLowerCase(Locale.ROOT));
        } catch (UnknownHostException e) {
            // A machine without a name is called by its address.
        }
    }

    /** @param host a Host header, with or without a port */
    public boolean allows(@Nullable String host) {
        if (host == null || host.isEmpty()) {
            return false;
        }
        String name = name(host);
        return names.contains(name) || (anyAddress && (IPV4.matcher(name).matches() || name.indexOf(':') >= 0));
    }

    /** Whether a page with this origin came from the server that the request calls by this host. */
    public static boolean sameOrigin(String origin, @Nullable String host) {
        int scheme = origin.indexOf("://");
        return host != null
                && scheme > 0
                && (origin.startsWith("http://") || origin.startsWith("https://"))
                && origin.substring(scheme + 3).equalsIgnoreCase(host);
    }

    private static String name(String host) {
        String lower = host.toLowerCase(Locale.ROOT);
        if (lower.startsWith("[")) {
            int end = lower.indexOf(']');
            return end < 0 ? lower : lower.substring(1, end);
        }
        int colon = lower.indexOf(':');
        return colon < 0 ? lower : lower.substring(0, colon);
    }

    private static String bare(String address) {
        int zone = address.indexOf('%');
        String plain = zone < 0 ? address : address.substring(0, zone);
        return plain.equals("0:0:0:0:0:0:0:1") ? "::1" : plain;
    }
}
