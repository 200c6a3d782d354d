package dev.gradwatch.collector.analysis.report;

/** Backward passes first to last, cut into columns of so many passes each; the last one may have fewer. */
final class PassColumns {
    private final long first;
    private final long last;
    private final long width;
    private final int count;

    /** @param last below {@code first} for none */
    PassColumns(long first, long last, int most) {
        this.first = first;
        this.last = last;
        long passes = Math.max(0, last - first + 1);
        this.width = Math.max(1, (passes + most - 1) / most);
        this.count = (int) ((passes + width - 1) / width);
    }

    int count() {
        return count;
    }

    long first(int column) {
        return first + column * width;
    }

    long last(int column) {
        return Math.min(last, first(column) + width - 1);
    }

    /** The column of a pass, or of the nearest pass that has one. */
    int of(long pass) {
        return (int) ((Math.max(first, Math.min(last, pass)) - first) / width);
    }

    /** Whether any of the passes has a column. */
    boolean meets(long from, long to) {
        return from <= last && to >= first;
    }
}
