package dev.gradwatch.collector.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What watching may cost, in percent of the step time as a person says it; reporters read a bare number as a fraction, so they get it with its sign.
 *
 * @param text {@code 0.5%} or {@code off}
 */
record Budget(String text) {
    private static final String OFF = "off";

    /** Of the command line. */
    static final class Converter implements ITypeConverter<Budget> {
        @Override
        public Budget convert(String value) {
            String number = value.endsWith("%") ? value.substring(0, value.length() - 1) : value;
            if (value.equals(OFF)) {
                return new Budget(OFF);
            }
            if (!number.matches("[0-9]{1,3}(\\.[0-9]{1,6})?") || !isShare(Double.parseDouble(number))) {
                throw new TypeConversionException(
                        "budget: " + value + " (expected: percent such as 0.5, above 0 and at most 100, or off)");
            }
            return new Budget(number + "%");
        }

        private static boolean isShare(double percent) {
            return percent > 0 && percent <= 100;
        }
    }
}
