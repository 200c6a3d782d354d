package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gradwatch.collector.sink.http.AlertJson;
import dev.gradwatch.collector.sink.webhook.Outcome.Result;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What each vendor's answers mean. */
class AnswerTest {
    private static final long NOW = Events.START;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            SLACK      | 200 | ok                                                                  | DELIVERED |
            SLACK      | 400 | invalid_payload                                                     | REFUSED   | HTTP 400: invalid_payload
            SLACK      | 200 | no_text                                                             | REFUSED   | no_text
            SLACK      | 410 | channel_is_archived                                                 | REFUSED   | HTTP 410: channel_is_archived
            SLACK      | 500 | rollup_error                                                        | LATER     | HTTP 500: rollup_error
            DISCORD    | 200 | {"id":"123"}                                                        | DELIVERED |
            DISCORD    | 204 |                                                                     | DELIVERED |
            DISCORD    | 404 | {"message":"Unknown Message","code":10008}                          | GONE      | HTTP 404: Unknown Message
            DISCORD    | 404 | {"message":"Unknown Webhook","code":10015}                          | REFUSED   | HTTP 404: Unknown Webhook
            TEAMS      | 202 |                                                                     | DELIVERED |
            TEAMS      | 200 | 1                                                                   | DELIVERED |
            TEAMS      | 200 | Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429 | LIMITED | Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429
            TEAMS      | 200 | Webhook message delivery failed with error: HTTP error 413          | REFUSED   | Webhook message delivery failed with error: HTTP error 413
            TEAMS      | 400 | {"error":{"code":"x","message":"no trigger"}}                       | REFUSED   | HTTP 400: no trigger
            FEISHU     | 200 | {"code":0,"msg":"success"}                                          | DELIVERED |
            FEISHU     | 200 | {"StatusCode":0,"StatusMessage":"success"}                          | DELIVERED |
            FEISHU     | 200 | {"code":19021,"msg":"sign match fail or timestamp is not within one hour from current time"} | REFUSED | code 19021: sign match fail or timestamp is not within one hour from current time
            FEISHU     | 200 | {"code":11232,"msg":"frequency limited"}                            | LIMITED   | code 11232: frequency limited
            FEISHU     | 400 | {"code":9499,"msg":"too many request"}                              | LIMITED   | code 9499: too many request
            FEISHU     | 200 | <html>                                                              | LATER     | an answer without a code
            DINGTALK   | 200 | {"errcode":0,"errmsg":"ok"}                                         | DELIVERED |
            DINGTALK   | 200 | {"errcode":310000,"errmsg":"keywords not in content"}               | REFUSED   | errcode 310000: keywords not in content
            DINGTALK   | 200 | {"errcode":130101,"errmsg":"send too fast"}                         | LIMITED   | errcode 130101: send too fast
            DINGTALK   | 200 | {"errcode":-1,"errmsg":"system error"}                              | LATER     | errcode -1: system error
            WECOM      | 200 | {"errcode":0,"errmsg":"ok"}                                         | DELIVERED |
            WECOM      | 200 | {"errcode":93000,"errmsg":"invalid webhook url"}                    | REFUSED   | errcode 93000: invalid webhook url
            WECOM      | 200 | {"errcode":45009,"errmsg":"api freq out of limit"}                  | LIMITED   | errcode 45009: api freq out of limit
            MATTERMOST | 200 | ok                                                                  | DELIVERED |
            MATTERMOST | 400 | {"message":"Invalid webhook."}                                      | REFUSED   | HTTP 400: Invalid webhook.
            GOOGLECHAT | 200 | {"name":"spaces/A/messages/B"}                                      | DELIVERED |
            GOOGLECHAT | 429 | {"error":{"code":429,"message":"Quota","status":"RESOURCE_EXHAUSTED"}} | LIMITED | HTTP 429: Quota
            GOOGLECHAT | 403 | {"error":{"code":403,"message":"Denied","status":"PERMISSION_DENIED"}} | REFUSED | HTTP 403: Denied
            GENERIC    | 201 | anything                                                            | DELIVERED |
            GENERIC    | 408 |                                                                     | LATER     | HTTP 408
            GENERIC    | 302 |                                                                     | REFUSED   | HTTP 302 (expected: no redirect)
            """)
    void read_tellsWhatItMeans(Kind kind, int status, String body, Result result, String reason) {
        Outcome outcome = read(kind, new Answer(status, "", body == null ? "" : body, NOW));
        assertThat(outcome.result()).isEqualTo(result);
        assertThat(outcome.reason()).isEqualTo(reason == null ? "" : reason);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void tooMany_waitsAsLongAsTheServerAsks(Kind kind) {
        assertThat(read(kind, new Answer(429, "7", "", NOW)).waitMillis()).isEqualTo(7_000);
        assertThat(read(kind, new Answer(503, "Thu, 01 Jan 2026 00:02:00 GMT", "", NOW)))
                .extracting(Outcome::result, Outcome::waitMillis)
                .containsExactly(Result.LATER, 120_000L);
        assertThat(read(kind, new Answer(429, "soon", "", NOW)).waitMillis()).isZero();
    }

    @Test
    void discord_tellsTheWaitInItsBodyAndTheMessagesName() {
        Answer limited = new Answer(429, "", "{\"message\":\"x\",\"retry_after\":1.25,\"global\":false}", NOW);
        assertThat(read(Kind.DISCORD, limited).waitMillis()).isEqualTo(1_250);
        assertThat(read(Kind.DISCORD, new Answer(200, "", "{\"id\":\"123\"}", NOW))
                        .message())
                .isEqualTo("123");
    }

    @Test
    void dingtalk_isLeftAloneForTenMinutes() {
        Answer answer = new Answer(200, "", "{\"errcode\":130101,\"errmsg\":\"send too fast\"}", NOW);
        assertThat(read(Kind.DINGTALK, answer).waitMillis()).isEqualTo(600_000);
    }

    private static Outcome read(Kind kind, Answer answer) {
        return kind.channel(AlertJson::event).read(answer);
    }
}
