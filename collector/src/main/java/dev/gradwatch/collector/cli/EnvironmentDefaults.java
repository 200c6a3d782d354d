package dev.gradwatch.collector.cli;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Gives every option its twin in the environment: {@code --no-http} is {@code GRADWATCH_NO_HTTP}. The command line wins over the environment,
 * and an empty variable counts as none.
 */
final class EnvironmentDefaults implements IDefaultValueProvider {
    static final String PREFIX = "GRADWATCH_";

    /**
     * Help and version ask for something else than the command; a variable that is left set must not. GRADWATCH_BUDGET is the reporters' own, who read
     * it themselves, and a bare number of theirs is a fraction.
     */
    private static final Set<String> WITHOUT_TWIN = Set.of("--help", "--version", "--budget");

    private final Map<String, String> environment;

    EnvironmentDefaults(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || WITHOUT_TWIN.contains(option.longestName())) {
            return null;
        }
        String value = environment.get(variable(option.longestName()));
        if (value == null || value.isBlank()) {
            return null;
        }
        return option.arity().max() == 0 ? flag(value) : value;
    }

    static String variable(String option) {
        return PREFIX + option.replaceFirst("^-+", "").replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** Shells write 1 and 0 where picocli wants true and false. */
    private static String flag(String value) {
        return switch (value.strip().toLowerCase(Locale.ROOT)) {
            case "1", "yes", "on", "true" -> "true";
            case "0", "no", "off", "false" -> "false";
            default -> value;
        };
    }
}
