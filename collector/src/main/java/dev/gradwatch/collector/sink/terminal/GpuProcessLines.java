package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuProcess;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * What is on GPUs, a line a process under its GPU, the largest first. The columns are as wide as all GPUs' processes need; where there is little
 * room, the program's name is cut, then left out.
 */
final class GpuProcessLines {
    private static final int GAP = 2;
    private static final int MIN_PID = 7;
    private static final int MAX_JOB = 28;
    private static final int MIN_NAME = 8;

    /** On one GPU; more are only counted. */
    private static final int MAX_PROCESSES = 32;

    private static final double MEBIBYTE = 1 << 20;
    private static final double GIBIBYTE = 1 << 30;

    private static final Comparator<GpuProcess> LARGEST_FIRST = Comparator.comparingLong(
                    (GpuProcess process) -> process.usedBytes() == null ? 0 : process.usedBytes())
            .reversed()
            .thenComparingLong(GpuProcess::pid);

    private final Paper paper;
    private final int indent;
    private final int pidCells;
    private final int rankCells;
    private final int jobCells;
    private final int memoryCells;

    /** @param gpus all that are shown */
    GpuProcessLines(Paper paper, int indent, List<Gpu> gpus) {
        this.paper = paper;
        this.indent = indent;
        this.pidCells = Math.max(MIN_PID, widest(gpus, process -> Long.toString(process.pid())));
        this.rankCells = widest(gpus, GpuProcessLines::rank);
        this.memoryCells = widest(gpus, GpuProcessLines::memory);
        int room = paper.columns() - indent - pidCells - rankCells - memoryCells - 4 * GAP - MIN_NAME;
        this.jobCells = Math.min(Math.max(MIN_NAME, Math.min(MAX_JOB, room)), widest(gpus, this::job));
    }

    private static int widest(List<Gpu> gpus, Function<GpuProcess, String> text) {
        return gpus.stream()
                .flatMap(gpu -> gpu.processes().stream())
                .mapToInt(process -> Cells.width(text.apply(process)))
                .max()
                .orElse(0);
    }

    void print(List<GpuProcess> processes) {
        processes.stream().sorted(LARGEST_FIRST).limit(MAX_PROCESSES).forEach(this::print);
        if (processes.size() > MAX_PROCESSES) {
            paper.line(" ".repeat(indent) + "and " + (processes.size() - MAX_PROCESSES) + " more processes");
        }
    }

    private void print(GpuProcess process) {
        StringBuilder line =
                new StringBuilder(" ".repeat(indent)).append(Cells.padLeft(Long.toString(process.pid()), pidCells));
        int used = indent + pidCells;
        if (rankCells > 0) {
            line.append(" ".repeat(GAP)).append(Cells.padRight(rank(process), rankCells));
            used += GAP + rankCells;
        }
        if (jobCells > 0) {
            line.append(" ".repeat(GAP)).append(Cells.padRight(paper.cells.cut(job(process), jobCells), jobCells));
            used += GAP + jobCells;
        }
        line.append(" ".repeat(GAP)).append(Cells.padLeft(memory(process), memoryCells));
        int room = paper.columns() - used - 2 * GAP - memoryCells;
        if (room >= MIN_NAME) {
            line.append(" ".repeat(GAP)).append(paper.cells.cut(paper.cells.clean(process.name()), room));
        }
        paper.line(line.toString());
    }

    private static String rank(GpuProcess process) {
        return process.rank() == null ? "" : "rank " + process.rank();
    }

    private String job(GpuProcess process) {
        return process.job() == null ? "" : paper.cells.clean(process.job());
    }

    private static String memory(GpuProcess process) {
        Long bytes = process.usedBytes();
        if (bytes == null) {
            return "-";
        }
        return bytes < GIBIBYTE ? String.format(Locale.ROOT, "%.0f MiB", bytes / MEBIBYTE) : gibibytes(bytes) + " GiB";
    }

    static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / GIBIBYTE);
    }
}
