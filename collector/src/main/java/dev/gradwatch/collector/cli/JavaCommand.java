package dev.gradwatch.collector.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Commands whose first word starts a JVM: {@code java}, {@code javaw}, or a path to either. */
final class JavaCommand {
    private static final Pattern JAVA = Pattern.compile("(?:.*[/\\\\])?javaw?(?:\\.exe)?");

    /** What starts Python and nothing else, so that nobody waits for an agent's jar. */
    private static final Pattern PYTHON =
            Pattern.compile("(?:.*[/\\\\])?(?:python[0-9.]*|torchrun|accelerate|nnUNetv2_\\w+)");

    /** Options of java whose value is a word of its own. */
    private static final Set<String> WITH_VALUE = Set.of(
            "-cp",
            "-classpath",
            "--class-path",
            "-p",
            "--module-path",
            "--upgrade-module-path",
            "--add-modules",
            "--limit-modules",
            "--add-exports",
            "--add-opens",
            "--add-reads",
            "--patch-module",
            "--enable-native-access",
            "--source");

    static boolean is(List<String> command) {
        return !command.isEmpty() && JAVA.matcher(command.get(0)).matches();
    }

    /** Whether the command may start a JVM, itself or by what it starts. */
    static boolean mayBe(List<String> command) {
        return !command.isEmpty() && !PYTHON.matcher(command.get(0)).matches();
    }

    /** The command with the agent right behind its first word, so that it is loaded before any other; another command as it is. */
    static List<String> with(Path agent, List<String> command) {
        if (!is(command)) {
            return command;
        }
        List<String> words = new ArrayList<>(command);
        words.add(1, "-javaagent:" + agent);
        return words;
    }

    /** What it runs, in a word: the jar, the class or the source file, without folders, packages and endings; {@code java} where it does not say. */
    static String program(List<String> command) {
        for (int i = 1; i < command.size(); i++) {
            String word = command.get(i);
            boolean last = i + 1 == command.size();
            if (!last && word.equals("-jar")) {
                return withoutEnd(lastName(command.get(i + 1)), ".jar");
            }
            if (!last && (word.equals("-m") || word.equals("--module"))) {
                return simple(lastName(command.get(i + 1)));
            }
            if (WITH_VALUE.contains(word)) {
                i++;
            } else if (!word.startsWith("-") && !word.startsWith("@")) {
                return word.endsWith(".java") ? withoutEnd(lastName(word), ".java") : simple(word);
            }
        }
        return "java";
    }

    private static String simple(String type) {
        return lastName(type).substring(lastName(type).lastIndexOf('.') + 1);
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private static String withoutEnd(String name, String end) {
        return name.endsWith(end) ? name.substring(0, name.length() - end.length()) : name;
    }

    private JavaCommand() {}
}
