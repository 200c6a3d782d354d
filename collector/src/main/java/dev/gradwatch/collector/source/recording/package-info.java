/**
 * Recorded runs: a file of observations, one JSON object a line, written by {@code --record} and read by {@code replay} and by golden tests.
 * It knows how an observation is written down and nothing of what it means.
 *
 * <pre>
 * {"schema":"gradwatch.recording/1","gradwatch":"0.1.0"}
 * {"kind":"RankJoined","job":"seg-042","micros":1767225600000000,"rank":0,"info":{"group":"none","attempt":0,"world_size":2,…}}
 * {"kind":"StepReported","job":"seg-042","micros":…,"rank":0,"step":{"model":0,"flags":2,"parameters":66,…,"used":"////…","norms":null,…}}
 * </pre>
 *
 * <p>{@code kind} is the observation's name, its members are those of the record in snake_case. Bitmaps and patterns (Java: {@code long[]}) are
 * base64 of their words, and norms base64 of their floats, both little-endian as on the wire; sets of indices are base64 of bits, least
 * significant first; a run is {@code [first, last, pattern, flags]} and a sample {@code [backward, value]}; NaN and the infinities are strings.
 * Members that a reader does not know are ignored. A file whose name ends in {@code .gz} is compressed.
 */
@NullMarked
package dev.gradwatch.collector.source.recording;

import org.jspecify.annotations.NullMarked;
