package dev.gradwatch.collector.bench;

import dev.gradwatch.collector.pipeline.Jobs;
import dev.gradwatch.collector.source.tcp.DiscardServer;
import dev.gradwatch.collector.source.tcp.TcpSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Frames a second over loopback: the whole collector (decoder, protocol, observations, job state) beside a server that cuts the same frames by the
 * same decoder and drops them. The two take turns on the same machine, since the ratio is what counts.
 */
public final class LoopbackBenchmark {
    private static final int ROUNDS = 7;
    private static final long WARM_UP_MILLIS = 3000;
    private static final long ROUND_MILLIS = 2000;

    private LoopbackBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        List<Double> discarded = new ArrayList<>();
        List<Double> collected = new ArrayList<>();
        for (int round = 0; round <= ROUNDS; round++) {
            double discard = discard();
            double collect = collect();
            System.out.printf(
                    Locale.ROOT,
                    "%s  discard %,10.0f frames/s   collector %,10.0f frames/s   ratio %.2f%n",
                    round == 0 ? "warm-up" : "round " + round,
                    discard,
                    collect,
                    collect / discard);
            if (round > 0) {
                discarded.add(discard);
                collected.add(collect);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "median   discard %,10.0f frames/s   collector %,10.0f frames/s   ratio %.2f (goal: 0.50)%n",
                median(discarded),
                median(collected),
                median(collected) / median(discarded));
    }

    private static double discard() throws Exception {
        try (DiscardServer server = new DiscardServer()) {
            return rate(server.start(), server::frames);
        }
    }

    private static double collect() throws Exception {
        Jobs jobs = new Jobs();
        try (TcpSource source = new TcpSource(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, jobs)) {
            double rate = rate(source.start(), () -> source.counts().accepted());
            if (source.counts().rejected() > 0 || jobs.counts().merged() > 0) {
                throw new IllegalStateException("not all was analysed: " + source.counts() + ", " + jobs.counts());
            }
            return rate;
        }
    }

    /** Frames a second that a server takes from one connection once it is warm. */
    private static double rate(InetSocketAddress address, LongSupplier taken) throws Exception {
        Sender sender = new Sender(address);
        Thread thread = new Thread(sender, "bench-sender");
        thread.start();
        try {
            TimeUnit.MILLISECONDS.sleep(WARM_UP_MILLIS);
            long before = taken.getAsLong();
            long start = System.nanoTime();
            TimeUnit.MILLISECONDS.sleep(ROUND_MILLIS);
            long frames = taken.getAsLong() - before;
            return frames * 1e9 / (System.nanoTime() - start);
        } finally {
            sender.stop();
            thread.join();
        }
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(value -> value).toArray();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** A rank that trains as fast as the collector takes it. */
    private static final class Sender implements Runnable {
        private final InetSocketAddress address;
        private volatile boolean stopped;

        Sender(InetSocketAddress address) {
            this.address = address;
        }

        void stop() {
            stopped = true;
        }

        @Override
        public void run() {
            Frames frames = new Frames();
            try (SocketChannel channel = SocketChannel.open(address)) {
                write(channel, Frames.opening(0, 1));
                while (!stopped) {
                    write(channel, frames.next());
                }
            } catch (IOException e) {
                throw new IllegalStateException("the server went away", e);
            }
        }

        private static void write(SocketChannel channel, ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
    }
}
