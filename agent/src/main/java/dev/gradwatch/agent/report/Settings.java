package dev.gradwatch.agent.report;

import dev.gradwatch.wire.HostName;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where this process reports to, under which name, and what that may cost. Immutable. */
public final class Settings {
    private static final List<String> OPTIONS = List.of("collector", "job", "token-file", "tls-ca", "budget");

    private final Address collector;
    private final String job;
    private final String host;
    private final double budget;
    private final @Nullable String token;
    private final @Nullable Trust trust;
    private final boolean isDisabled;

    private Settings(Map<String, String> options, Function<String, @Nullable String> environment) {
        Choice choice = new Choice(options, environment);
        Address place = choice.of("collector", "GRADWATCH_COLLECTOR", Address::of);
        collector = place == null ? Address.of("collector", Address.DEFAULT) : place;
        Double share = choice.of("budget", "GRADWATCH_BUDGET", Budget::of);
        budget = share == null ? Budget.DEFAULT : share;
        trust = choice.of("tls-ca", "GRADWATCH_TLS_CA", Trust::of);
        String given = choice.of("token-file", "", Settings::tokenIn);
        String inherited = environment.apply("GRADWATCH_TOKEN");
        token = given != null || inherited == null || inherited.isEmpty() ? given : inherited;
        host = HostName.ours();
        String named = choice.of("job", "GRADWATCH_JOB", (name, text) -> text);
        job = named == null ? host + ":" + ProcessHandle.current().pid() : named;
        isDisabled = "1".equals(environment.apply("GRADWATCH_DISABLE"));
    }

    /**
     * Reads the agent's options over the environment, and the files that they name. A token is never an option, because lists of processes show
     * those.
     *
     * @param options {@code collector=HOST:PORT,job=NAME,token-file=PATH,tls-ca=PATH,budget=0.5%}, any of them; no value holds a comma. Null as empty
     * @param environment gives GRADWATCH_COLLECTOR, _JOB, _TOKEN, _TLS_CA, _BUDGET and _DISABLE, which mean what they mean to the Python reporter
     * @throws IllegalArgumentException such as {@code budget: fast (expected: a fraction such as 0.005, a percentage such as 0.5%, or off)}
     */
    public static Settings of(@Nullable String options, Function<String, @Nullable String> environment) {
        return new Settings(parsed(options == null ? "" : options), environment);
    }

    private static Map<String, String> parsed(String options) {
        Map<String, String> parsed = new HashMap<>();
        for (String option : options.split(",", -1)) {
            int equals = option.indexOf('=');
            String name =
                    equals < 0 ? option.strip() : option.substring(0, equals).strip();
            if (option.isBlank()) {
                continue;
            }
            if (equals < 0 || !OPTIONS.contains(name)) {
                throw new IllegalArgumentException(
                        "option: " + name + " (expected: NAME=VALUE, the names " + String.join(", ", OPTIONS) + ")");
            }
            if (parsed.put(name, option.substring(equals + 1).strip()) != null) {
                throw new IllegalArgumentException("option: " + name + " twice (expected: once)");
            }
        }
        return parsed;
    }

    /** A file that a person named; no shell has read an option's {@code ~}. */
    static Path path(String place) {
        return place.startsWith("~/") ? Path.of(System.getProperty("user.home"), place.substring(2)) : Path.of(place);
    }

    private static String tokenIn(String name, String place) {
        try (InputStream in = Files.newInputStream(path(place))) {
            String text = new String(in.readNBytes(Bounds.MAX_TOKEN_BYTES + 1), StandardCharsets.UTF_8).strip();
            if (!text.isEmpty() && text.length() <= Bounds.MAX_TOKEN_BYTES) {
                return text;
            }
            throw tokenless(name, place, text.isEmpty() ? "empty" : "more than " + Bounds.MAX_TOKEN_BYTES + " bytes");
        } catch (NoSuchFileException e) {
            throw tokenless(name, place, "no such file");
        } catch (IOException e) {
            throw tokenless(name, place, String.valueOf(e.getMessage()));
        }
    }

    private static IllegalArgumentException tokenless(String name, String place, String problem) {
        return new IllegalArgumentException(
                name + ": " + place + ": " + problem + " (expected: a file that holds the collector's token)");
    }

    /** The job's name: the same for all of its ranks, and what the schedule is made of. */
    public String job() {
        return job;
    }

    /** What this machine calls itself. */
    public String host() {
        return host;
    }

    /** The collector as a person writes it: HOST:PORT. */
    public String collector() {
        return collector.toString();
    }

    /** GRADWATCH_DISABLE=1: nothing is to be watched. */
    public boolean isDisabled() {
        return isDisabled;
    }

    Address address() {
        return collector;
    }

    double budget() {
        return budget;
    }

    @Nullable
    String token() {
        return token;
    }

    /** Null where the connection is plain. */
    @Nullable
    Trust trust() {
        return trust;
    }

    /** Reads a text under the name that a person gave it. */
    private interface Reader<T> {
        T read(String name, String text);
    }

    /** An option, else the environment's variable, else null. */
    private static final class Choice {
        private final Map<String, String> options;
        private final Function<String, @Nullable String> environment;

        Choice(Map<String, String> options, Function<String, @Nullable String> environment) {
            this.options = options;
            this.environment = environment;
        }

        <T> @Nullable T of(String option, String variable, Reader<T> reader) {
            String text = options.get(option);
            if (text != null) {
                if (text.isEmpty()) {
                    throw new IllegalArgumentException(option + ": empty (expected: a value)");
                }
                return reader.read(option, text);
            }
            String inherited = variable.isEmpty() ? null : environment.apply(variable);
            return inherited == null || inherited.isEmpty() ? null : reader.read(variable, inherited);
        }
    }
}
