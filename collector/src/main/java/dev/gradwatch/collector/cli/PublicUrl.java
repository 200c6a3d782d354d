package dev.gradwatch.collector.cli;

import dev.gradwatch.wire.HostName;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The page's address as people reach it, with which links in messages begin. */
final class PublicUrl implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
        try {
            return checked(value);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    /** @throws IllegalArgumentException with what was expected */
    static String checked(String text) {
        URI url;
        try {
            url = new URI(text.strip());
        } catch (URISyntaxException e) {
            throw unusable(text);
        }
        boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!web
                || url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            throw unusable(text);
        }
        return url.toString();
    }

    private static IllegalArgumentException unusable(String text) {
        return new IllegalArgumentException(
                "public-url: " + text + " (expected: such as https://gradwatch.example.org/gradwatch)");
    }

    /** @param checked by this class */
    static String host(String checked) {
        return URI.create(checked).getHost();
    }

    /** Of a page that nobody said the address of. On all addresses there is none that is right for everybody; the machine's name comes near. */
    static String served(boolean tls, InetSocketAddress address, int port, String prefix) {
        InetAddress resolved = address.getAddress();
        boolean anywhere = resolved != null && resolved.isAnyLocalAddress();
        return (tls ? "https" : "http") + "://"
                + (anywhere ? HostName.ours() + ":" + port : AddressConverter.text(address, port)) + prefix;
    }
}
