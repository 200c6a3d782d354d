package dev.gradwatch.collector.source.recording;

import dev.gradwatch.collector.model.Observation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Observations as lines of JSON, in the form of a recording's. */
public final class ObservationText {
    private ObservationText() {}

    /** One line each. */
    public static byte[] encode(Collection<? extends Observation> observations) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try {
            for (Observation observation : observations) {
                out.write(RecordingFormat.line(observation));
                out.write('\n');
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** @throws IOException in one line, where a line is no observation */
    public static List<Observation> decode(byte[] text) throws IOException {
        List<Observation> observations = new ArrayList<>();
        Lines lines = new Lines(new ByteArrayInputStream(text));
        for (byte[] line = lines.next(); line != null; line = lines.next()) {
            observations.add(RecordingFormat.observation(line));
        }
        return observations;
    }
}
