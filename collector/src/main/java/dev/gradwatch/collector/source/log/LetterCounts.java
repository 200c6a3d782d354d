package dev.gradwatch.collector.source.log;

import java.nio.charset.StandardCharsets;

/** How likely a few bytes are to stand somewhere in a log, as far as single bytes tell. */
final class LetterCounts {
    // From the commonest to the rarest, by a count over logs of training jobs and builds; what is missing is rarer
    // still.
    private static final String COMMONEST_FIRST =
            " e0tia1rnos2.3l-d5c4:6pm/8u79g[]h_|fbyvE=,xkITSwA(N)DRLOCPjMF\"'z%q#UGBH>+VW<*~^XK`Y@$&{}!Q;JZ?\\";

    private static final int[] COUNTS = counts();

    private static int[] counts() {
        int[] counts = new int[256];
        byte[] order = COMMONEST_FIRST.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < order.length; i++) {
            counts[order[i]] = order.length - i;
        }
        return counts;
    }

    /** A number that grows with the likelihood; of use only beside another. */
    static long likelihood(byte[] text, int from, int length) {
        long product = 1;
        for (int i = from; i < from + length; i++) {
            product *= 1 + COUNTS[text[i] & 0xff];
        }
        return product;
    }

    private LetterCounts() {}
}
