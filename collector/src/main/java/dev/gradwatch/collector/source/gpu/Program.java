package dev.gradwatch.collector.source.gpu;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What a process runs, in few words: never its whole command line, which may hold secrets. */
final class Program {
    static final int MAX_CHARS = 80;

    private static final Pattern INTERPRETER =
            Pattern.compile("(python|pypy|perl|ruby|node|julia|bash|sh|Rscript)[0-9.]*(\\.exe)?");
    /** Of interpreters, those that take a value, which is no script. */
    private static final Set<String> WITH_VALUE = Set.of("-X", "-W", "-r", "--require");

    private Program() {}

    /**
     * Such as {@code python train.py}, {@code python -m torch.distributed.run} or {@code nvidia-persistenced}.
     *
     * @param commandLine arguments that end with NUL each
     */
    static String name(String commandLine) {
        List<String> arguments = List.of(commandLine.split("\0", -1));
        String program = firstWord(file(arguments.get(0)));
        if (INTERPRETER.matcher(program).matches()) {
            String script = script(arguments);
            program = script.isEmpty() ? program : program + " " + script;
        }
        return Values.printable(program, MAX_CHARS);
    }

    private static String script(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (argument.equals("-m") && i + 1 < arguments.size()) {
                return "-m " + firstWord(arguments.get(i + 1));
            }
            if (argument.equals("-c") || argument.equals("-e")) {
                return argument;
            }
            if (WITH_VALUE.contains(argument)) {
                i++;
            } else if (!argument.startsWith("-")) {
                return firstWord(file(argument));
            }
        }
        return "";
    }

    private static String file(String path) {
        return path.substring(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
    }

    /** A program that renames itself may put all its arguments there. */
    private static String firstWord(String text) {
        int space = text.strip().indexOf(' ');
        return space < 0 ? text : text.strip().substring(0, space);
    }
}
