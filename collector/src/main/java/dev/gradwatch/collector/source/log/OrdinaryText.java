package dev.gradwatch.collector.source.log;

import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/** How likely a few bytes are to stand somewhere in what jobs print all day, as far as letters and the commonest words tell. */
final class OrdinaryText {
    // From the commonest to the rarest, by a count over logs of training jobs and builds; what is missing is rarer
    // still.
    private static final String COMMONEST_FIRST =
            " e0tia1rnos2.3l-d5c4:6pm/8u79g[]h_|fbyvE=,xkITSwA(N)DRLOCPjMF\"'z%q#UGBH>+VW<*~^XK`Y@$&{}!Q;JZ?\\";

    /** What progress bars, loss lines, data loaders and builds say again and again. */
    private static final String WORDS =
            " epoch step iter iteration train training val validation test loss total learning_rate learning rate lr grad norm"
                    + " grad_norm throughput forward backward optimizer model memory shape size batch batch_size loader loaded loading data dataset info warning"
                    + " debug error time eta elapsed seconds samples images tokens per second it/s dice accuracy acc metric best checkpoint saved saving to file path"
                    + " version from the and of for in on with this that is was not has been will using use set start started finished done running run rank device"
                    + " gpu cuda cpu worker process case cache max min mean std avg average global local main trainer number parameters parameter weight weights bias"
                    + " input output layer block stage encoder decoder head true false none null tests failures errors skipped building compiling downloading"
                    + " downloaded resources classes target source common operation timeout message failed exception ";

    private static final int TRIGRAM = 3;
    private static final int COMMON_FACTOR = 40;

    private static final int[] COUNTS = counts();
    private static final BitSet TRIGRAMS = trigrams();

    private static int[] counts() {
        int[] counts = new int[256];
        byte[] order = COMMONEST_FIRST.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < order.length; i++) {
            counts[order[i]] = order.length - i;
        }
        return counts;
    }

    private static BitSet trigrams() {
        BitSet trigrams = new BitSet();
        byte[] words = WORDS.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i + TRIGRAM <= words.length; i++) {
            trigrams.set(trigram(words, i));
        }
        return trigrams;
    }

    private static int trigram(byte[] text, int at) {
        return (text[at] & 0x7f) << 14 | (text[at + 1] & 0x7f) << 7 | (text[at + 2] & 0x7f);
    }

    /** A number that grows with the likelihood; of use only beside another. */
    static long likelihood(byte[] text, int from, int length) {
        long product = 1;
        for (int i = from; i < from + length; i++) {
            product *= 1 + COUNTS[text[i] & 0xff];
        }
        for (int i = from; i + TRIGRAM <= from + length; i++) {
            product *= TRIGRAMS.get(trigram(text, i)) ? COMMON_FACTOR : 1;
        }
        return product;
    }

    private OrdinaryText() {}
}
