package dev.gradwatch.collector.cli.attach;

import java.io.IOException;

/** A program to be attached to. */
public final class WaitingProgram {
    /** Says that it is there, and stays until its stdin ends. */
    public static void main(String[] arguments) throws IOException {
        say("ready " + String.join(" ", arguments));
        while (System.in.read() >= 0) {
            // What is typed is of no use.
        }
        say("done");
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
