package dev.gradwatch.collector.model;

import org.jspecify.annotations.Nullable;

/**
 * Keeps alerts quiet for a time. One that names nothing but a job mutes that job, and so on; what is null fits everything.
 *
 * @param id 16 hexadecimal digits
 * @param job the job's id or its name
 * @param cause a {@link Cause}'s id
 * @param modules a glob, {@code *} for any text, that one of the finding's modules or parameters must fit
 * @param untilMicros Unix time
 * @param by who muted; empty where no name was given
 */
public record Mute(
        String id,
        @Nullable String job,
        @Nullable String cause,
        @Nullable String modules,
        long sinceMicros,
        long untilMicros,
        String by,
        String reason) {}
