package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.GpuReading;
import java.io.PrintWriter;
import java.util.function.Function;

/** Readings, one after another: each over the one before on a terminal, else below it. Not thread-safe. */
final class GpuPages {
    /** To the screen's first cell, and nothing from there on. */
    static final String CLEAR = "\u001b[H\u001b[J";

    private final PrintWriter out;
    private final Function<GpuReading, String> text;
    private final String before;
    private final String between;
    private boolean begun;

    /**
     * @param before what is written ahead of the first
     * @param between what is written ahead of each other one
     */
    GpuPages(PrintWriter out, Function<GpuReading, String> text, String before, String between) {
        this.out = out;
        this.text = text;
        this.before = before;
        this.between = between;
    }

    void print(GpuReading reading) {
        // In one piece, so that a terminal does not flicker.
        out.print((begun ? between : before) + text.apply(reading));
        out.flush();
        begun = true;
    }
}
