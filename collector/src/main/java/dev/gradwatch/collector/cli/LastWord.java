package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.model.FlagCost;
import dev.gradwatch.collector.model.JobReport;
import dev.gradwatch.collector.sink.terminal.Terminal;
import dev.gradwatch.collector.sink.terminal.VerdictPrinter;
import java.io.PrintStream;
import java.util.Optional;

/**
 * What a person reads when the watching ends: the verdict, and what earlier runs say of it.
 *
 * @param terminal what {@code out} is
 */
record LastWord(RunReport report, PrintStream out, Terminal terminal) {
    /** Writes the report's file, and prints. */
    void tell(JobReport seen, RunBoard board) throws InterruptedException {
        Optional<Board> earlier = board.ofEnded(seen);
        Optional<FlagCost> flagCost = earlier.flatMap(runs -> runs.flagCost(seen));
        String file = report.write(seen, flagCost.orElse(null));
        VerdictPrinter printer = new VerdictPrinter(terminal);
        out.print(printer.verdict(seen, file)
                + earlier.map(runs -> runs.lines(printer, seen.id(), flagCost)).orElse(""));
        out.flush();
    }
}
