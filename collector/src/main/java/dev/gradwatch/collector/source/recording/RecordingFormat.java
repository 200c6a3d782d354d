package dev.gradwatch.collector.source.recording;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import dev.gradwatch.collector.model.LedgerSnapshot;
import dev.gradwatch.collector.model.Observation;
import java.util.BitSet;

/** How an observation is one line of JSON, and a line an observation. Thread-safe. */
final class RecordingFormat {
    static final String SCHEMA = "gradwatch.recording/1";

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
            .disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET)
            .addMixIn(Observation.class, Kinds.class)
            .addMixIn(LedgerSnapshot.Run.class, AsArray.class)
            .addMixIn(LedgerSnapshot.Sample.class, AsArray.class)
            .addModule(new SimpleModule()
                    .addSerializer(long[].class, PackedArrays.writer(PackedArrays::ofLongs))
                    .addDeserializer(long[].class, PackedArrays.reader(long[].class, PackedArrays::longs))
                    .addSerializer(float[].class, PackedArrays.writer(PackedArrays::ofFloats))
                    .addDeserializer(float[].class, PackedArrays.reader(float[].class, PackedArrays::floats))
                    .addSerializer(BitSet.class, PackedArrays.writer(BitSet::toByteArray))
                    .addDeserializer(BitSet.class, PackedArrays.reader(BitSet.class, BitSet::valueOf)))
            .build();

    static byte[] line(Observation observation) throws JsonProcessingException {
        return MAPPER.writeValueAsBytes(observation);
    }

    static byte[] header(String version) throws JsonProcessingException {
        return MAPPER.writeValueAsBytes(new Header(SCHEMA, version));
    }

    static Header header(byte[] line) throws java.io.IOException {
        return MAPPER.readValue(line, Header.class);
    }

    static Observation observation(byte[] line) throws java.io.IOException {
        return MAPPER.readValue(line, Observation.class);
    }

    private RecordingFormat() {}

    /** The first line. */
    record Header(String schema, String gradwatch) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Observation.JobStarted.class, name = "JobStarted"),
        @JsonSubTypes.Type(value = Observation.JobEnded.class, name = "JobEnded"),
        @JsonSubTypes.Type(value = Observation.RankJoined.class, name = "RankJoined"),
        @JsonSubTypes.Type(value = Observation.ModelDescribed.class, name = "ModelDescribed"),
        @JsonSubTypes.Type(value = Observation.StepReported.class, name = "StepReported"),
        @JsonSubTypes.Type(value = Observation.TrainableChanged.class, name = "TrainableChanged"),
        @JsonSubTypes.Type(value = Observation.LedgerReplaced.class, name = "LedgerReplaced"),
        @JsonSubTypes.Type(value = Observation.ModelProbed.class, name = "ModelProbed"),
        @JsonSubTypes.Type(value = Observation.RankProgressed.class, name = "RankProgressed"),
        @JsonSubTypes.Type(value = Observation.RankFailed.class, name = "RankFailed"),
        @JsonSubTypes.Type(value = Observation.MessageSeen.class, name = "MessageSeen"),
        @JsonSubTypes.Type(value = Observation.LogRead.class, name = "LogRead"),
        @JsonSubTypes.Type(value = Observation.LaunchesRemembered.class, name = "LaunchesRemembered"),
        @JsonSubTypes.Type(value = Observation.NormsDiffered.class, name = "NormsDiffered"),
        @JsonSubTypes.Type(value = Observation.GpuSampled.class, name = "GpuSampled"),
        @JsonSubTypes.Type(value = Observation.GpuRemembered.class, name = "GpuRemembered"),
        @JsonSubTypes.Type(value = Observation.RankLeft.class, name = "RankLeft")
    })
    private interface Kinds {}

    @JsonFormat(shape = JsonFormat.Shape.ARRAY)
    private interface AsArray {}
}
