package dev.gradwatch.collector.cli;

import java.net.InetSocketAddress;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code HOST:PORT}, {@code [IPv6]:PORT}. */
final class AddressConverter implements ITypeConverter<InetSocketAddress> {
    private static final int MAX_PORT = 65_535;

    @Override
    public InetSocketAddress convert(String value) {
        int colon = value.lastIndexOf(':');
        if (colon <= 0 || (value.indexOf(':') != colon && !value.startsWith("["))) {
            throw new TypeConversionException("address: " + value + " (expected: HOST:PORT)");
        }
        String host = value.substring(0, colon).replaceAll("^\\[|\\]$", "");
        String port = value.substring(colon + 1);
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > MAX_PORT) {
            throw new TypeConversionException("port: " + port + " (expected: 0-" + MAX_PORT + ")");
        }
        return new InetSocketAddress(host, Integer.parseInt(port));
    }

    /** The address as it would be typed, with that port. */
    static String text(InetSocketAddress address, int port) {
        String host = address.getHostString();
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
