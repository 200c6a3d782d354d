package dev.gradwatch.collector.cli;

import java.time.LocalDateTime;
import java.util.List;
import java.util.random.RandomGenerator;

/** What a job is called that nobody named: after the script, and unlike any other run of it. */
final class JobName {
    static final int MAX_SCRIPT_CHARS = 40;

    /** Such as {@code train-20260131-235959-1f2e3d4c}. */
    static String unique(List<String> command, LocalDateTime now, RandomGenerator random) {
        int date = now.getYear() * 10_000 + now.getMonthValue() * 100 + now.getDayOfMonth();
        int time = 1_000_000 + now.getHour() * 10_000 + now.getMinute() * 100 + now.getSecond();
        String safe = script(command).replaceAll("[^A-Za-z0-9._-]", "_");
        return safe.substring(0, Math.min(safe.length(), MAX_SCRIPT_CHARS)) + "-" + date + "-"
                + Integer.toString(time).substring(1) + "-"
                + Long.toHexString((random.nextInt() & 0xffff_ffffL) | (1L << 32))
                        .substring(1);
    }

    /** Of java, what it runs; else the first Python file among the words, else the module that the last {@code -m} names, else the program. */
    static String script(List<String> command) {
        if (JavaCommand.is(command)) {
            return JavaCommand.program(command);
        }
        String name = command.get(0);
        for (int i = 1; i < command.size(); i++) {
            if (command.get(i).endsWith(".py")) {
                String file = lastName(command.get(i));
                return file.substring(0, file.length() - ".py".length());
            }
            if (command.get(i - 1).equals("-m")) {
                name = command.get(i);
            }
        }
        return lastName(name);
    }

    private static String lastName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private JobName() {}
}
