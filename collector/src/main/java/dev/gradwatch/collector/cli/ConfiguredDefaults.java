package dev.gradwatch.collector.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/** Values that {@code --config} gives to the options of its command, where neither the command line nor the environment does. */
final class ConfiguredDefaults implements IDefaultValueProvider {
    static final String OPTION = "--config";

    /** Between the values of an option that takes several; no path or glob of a sane person holds one. */
    static final String SEPARATOR = "\n";

    private final EnvironmentDefaults environment;
    private final Map<String, List<String>> values;

    private ConfiguredDefaults(EnvironmentDefaults environment, Map<String, List<String>> values) {
        this.environment = environment;
        this.values = values;
    }

    /** Reads the file that the arguments or the environment name, and lets its command take its values. Without one nothing changes. */
    static void addTo(CommandLine commandLine, String[] arguments, Map<String, String> environment) {
        for (CommandLine command : commandLine.getSubcommands().values()) {
            if (arguments.length == 0
                    || !command.getCommandName().equals(arguments[0])
                    || command.getCommandSpec().findOption(OPTION) == null) {
                continue;
            }
            String file = named(command, arguments, environment.getOrDefault(EnvironmentDefaults.variable(OPTION), ""));
            if (file.isBlank()) {
                return;
            }
            TreeSet<String> keys = new TreeSet<>();
            for (OptionSpec option : command.getCommandSpec().options()) {
                keys.add(key(option));
            }
            keys.removeAll(List.of("help", "version", "config", "verbose"));
            try {
                command.setDefaultValueProvider(new ConfiguredDefaults(
                        new EnvironmentDefaults(environment), ConfigFile.read(Path.of(file), keys)));
            } catch (IOException e) {
                throw new ParameterException(command, e.getMessage(), e);
            }
        }
    }

    private static String named(CommandLine command, String[] arguments, String otherwise) {
        for (int i = 1; i < arguments.length && !arguments[i].equals("--"); i++) {
            if (arguments[i].startsWith(OPTION + "=")) {
                return arguments[i].substring(OPTION.length() + 1);
            }
            if (arguments[i].equals(OPTION) && i + 1 < arguments.length) {
                return arguments[i + 1];
            }
            OptionSpec option = command.getCommandSpec().findOption(arguments[i]);
            if (option != null && option.arity().min() > 0) {
                i++;
            } else if (command.isStopAtPositional() && !arguments[i].startsWith("-")) {
                // What follows is another program's, and so are its options.
                return otherwise;
            }
        }
        return otherwise;
    }

    private static String key(OptionSpec option) {
        return option.longestName().replaceFirst("^-+", "");
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        String told = environment.defaultValue(argument);
        if (told != null || !(argument instanceof OptionSpec option)) {
            return told;
        }
        List<String> configured = values.get(key(option));
        if (configured == null || configured.isEmpty()) {
            return null;
        }
        return String.join(SEPARATOR, configured);
    }
}
