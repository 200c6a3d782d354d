package dev.gradwatch.collector.sink.webhook;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.AlertEvent;
import dev.gradwatch.collector.words.Phrases;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.stream.Collectors;

/** Whose chat it is, or {@link #GENERIC} for any other program. The ids are those of the configuration. */
public enum Kind {
    SLACK,
    DISCORD,
    TEAMS,
    FEISHU,
    DINGTALK,
    WECOM,
    MATTERMOST,
    GOOGLECHAT,
    GENERIC;

    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** @throws IllegalArgumentException with what was expected */
    public static Kind of(String id) {
        for (Kind kind : values()) {
            if (kind.id().equals(id)) {
                return kind;
            }
        }
        throw new IllegalArgumentException("kind: " + id + " (expected: "
                + Arrays.stream(values()).map(Kind::id).collect(Collectors.joining(", ")) + ")");
    }

    /** Whether its messages can be signed with a secret that is not part of the URL. */
    boolean signs() {
        return this == FEISHU || this == DINGTALK || this == GENERIC;
    }

    Channel channel(BiFunction<AlertEvent, Phrases, ObjectNode> asInApi) {
        return switch (this) {
            case SLACK -> new SlackChannel();
            case DISCORD -> new DiscordChannel();
            case TEAMS -> new TeamsChannel();
            case FEISHU -> new FeishuChannel();
            case DINGTALK -> new DingtalkChannel();
            case WECOM -> new WecomChannel();
            case MATTERMOST -> new MattermostChannel();
            case GOOGLECHAT -> new GooglechatChannel();
            case GENERIC -> new GenericChannel(asInApi);
        };
    }
}
