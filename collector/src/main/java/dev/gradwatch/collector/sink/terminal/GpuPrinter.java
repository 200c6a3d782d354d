package dev.gradwatch.collector.sink.terminal;

import dev.gradwatch.collector.model.Gpu;
import dev.gradwatch.collector.model.GpuDriver;
import dev.gradwatch.collector.model.GpuReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A machine's GPUs and what is on them, for a person. Thread-safe.
 *
 * <pre>
 * gradwatch  node1 · driver 550.54.15 · 1 GPU
 *
 *   GPU  name                    busy        memory GiB   temp        power
 *     0  NVIDIA H100 80GB HBM3   97 %       61.2 / 80.0  71 °C  612 / 700 W
 *        clocks are held down: hw_thermal_slowdown
 *           4054  rank 0  train-7f   60.9 GiB  python train.py
 * </pre>
 */
public final class GpuPrinter {
    private static final int INDENT = 2;
    private static final int GAP = 2;

    /** Wider than any table of GPUs needs. */
    private static final int MAX_COLUMNS = 100;

    /** With less room for names than this, the last column goes. */
    private static final int MIN_NAME = 18;

    private final Terminal terminal;

    public GpuPrinter(Terminal terminal) {
        this.terminal = new Terminal(Math.min(MAX_COLUMNS, terminal.columns()), terminal.unicode(), terminal.colour());
    }

    /** The table; one line where there is nothing to put in it. */
    public String table(GpuReading reading) {
        Paper paper = new Paper(terminal);
        GpuDriver driver = reading.driver();
        if (driver.state() != GpuDriver.State.OK) {
            paper.line(paper.cells.clean("no GPU here: " + driver.hint()));
            return paper.toString();
        }
        if (reading.gpus().isEmpty()) {
            paper.line("no GPU here: the driver answers, and lists none");
            return paper.toString();
        }
        paper.facts(facts(reading), terminal.columns());
        paper.gap();
        rows(reading.gpus(), paper);
        return paper.toString();
    }

    private static List<String> facts(GpuReading reading) {
        List<String> facts = new ArrayList<>();
        facts.add(reading.host());
        if (reading.driver().version() != null) {
            facts.add("driver " + reading.driver().version());
        }
        long whole = reading.gpus().stream().filter(gpu -> gpu.mig() == null).count();
        long instances = reading.gpus().size() - whole;
        facts.add(whole + (whole == 1 ? " GPU" : " GPUs"));
        if (instances > 0) {
            facts.add(instances + (instances == 1 ? " MIG instance" : " MIG instances"));
        }
        return facts;
    }

    /** Right of the names, in the order in which they are given up from the end. */
    private enum Column {
        BUSY("busy"),
        MEMORY("memory GiB"),
        TEMPERATURE("temp"),
        POWER("power");

        private final String head;

        Column(String head) {
            this.head = head;
        }
    }

    private void rows(List<Gpu> gpus, Paper paper) {
        int indexCells = Math.max(
                "GPU".length(),
                gpus.stream().mapToInt(gpu -> index(gpu).length()).max().orElse(0));
        List<Column> columns = new ArrayList<>(List.of(Column.values()));
        int nameRoom = nameRoom(gpus, columns, indexCells);
        while (nameRoom < MIN_NAME && columns.size() > 1) {
            columns.remove(columns.size() - 1);
            nameRoom = nameRoom(gpus, columns, indexCells);
        }
        int nameCells = Math.min(
                nameRoom,
                gpus.stream()
                        .mapToInt(gpu -> Cells.width(paper.cells.clean(gpu.name())))
                        .max()
                        .orElse(0));
        int left = INDENT + indexCells + GAP;
        StringBuilder head = new StringBuilder(" ".repeat(INDENT))
                .append(Cells.padLeft("GPU", indexCells))
                .append(" ".repeat(GAP))
                .append(Cells.padRight("name", nameCells));
        columns.forEach(column -> head.append(" ".repeat(GAP)).append(Cells.padLeft(column.head, cells(column, gpus))));
        paper.line(paper.palette.faint(head.toString()));
        GpuProcessLines processes = new GpuProcessLines(paper, left, gpus);
        for (Gpu gpu : gpus) {
            StringBuilder line = new StringBuilder(" ".repeat(INDENT))
                    .append(Cells.padLeft(index(gpu), indexCells))
                    .append(" ".repeat(GAP))
                    .append(Cells.padRight(paper.cells.cutEnd(paper.cells.clean(gpu.name()), nameCells), nameCells));
            for (Column column : columns) {
                line.append(" ".repeat(GAP)).append(Cells.padLeft(value(column, gpu), cells(column, gpus)));
            }
            paper.line(line.toString());
            GpuTroubles.of(gpu).forEach(trouble -> paper.paragraph(left, trouble, paper.palette::bad));
            processes.print(gpu.processes());
        }
    }

    private int nameRoom(List<Gpu> gpus, List<Column> columns, int indexCells) {
        int used = INDENT + indexCells + GAP;
        for (Column column : columns) {
            used += GAP + cells(column, gpus);
        }
        return terminal.columns() - used;
    }

    private int cells(Column column, List<Gpu> gpus) {
        return gpus.stream()
                .mapToInt(gpu -> Cells.width(value(column, gpu)))
                .reduce(Cells.width(column.head), Math::max);
    }

    /** Such as {@code 0}, or {@code 0/1/0} for an instance: its GPU, GPU instance and compute instance. */
    private static String index(Gpu gpu) {
        Gpu.Mig mig = gpu.mig();
        return mig == null
                ? Integer.toString(gpu.index())
                : gpu.index() + "/" + mig.gpuInstance() + "/" + mig.computeInstance();
    }

    private String value(Column column, Gpu gpu) {
        return switch (column) {
            case BUSY -> gpu.gpuPercent() == null ? "-" : gpu.gpuPercent() + " %";
            case MEMORY ->
                gpu.memory() == null
                        ? "-"
                        : GpuProcessLines.gibibytes(gpu.memory().usedBytes()) + " / "
                                + GpuProcessLines.gibibytes(gpu.memory().totalBytes());
            case TEMPERATURE ->
                gpu.temperatureCelsius() == null ? "-" : gpu.temperatureCelsius() + (terminal.unicode() ? " °C" : " C");
            case POWER -> power(gpu);
        };
    }

    private static String power(Gpu gpu) {
        if (gpu.powerWatts() == null) {
            return "-";
        }
        String watts = String.format(Locale.ROOT, "%.0f", gpu.powerWatts());
        return gpu.powerLimitWatts() == null
                ? watts + " W"
                : watts + " / " + String.format(Locale.ROOT, "%.0f", gpu.powerLimitWatts()) + " W";
    }
}
