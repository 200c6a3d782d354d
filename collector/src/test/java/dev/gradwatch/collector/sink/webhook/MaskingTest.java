package dev.gradwatch.collector.sink.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;

class MaskingTest {
    private static final Webhook WEBHOOK = Webhook.of(
            "team",
            Kind.DINGTALK,
            URI.create("https://oapi.dingtalk.com:8443/robot/send?access_token=T0KEN99"),
            "SECabc123");

    @Test
    void url_showsNothingBehindTheHost() {
        assertThat(WEBHOOK.masked()).isEqualTo("https://oapi.dingtalk.com:8443/…");
        assertThat(WEBHOOK.toString()).doesNotContain("T0KEN99", "SECabc123", "robot");
    }

    @Test
    void scrub_takesOutWhatAServerQuotes() {
        String text = "bad token T0KEN99, sign SECabc123 at /robot/send?access_token=T0KEN99";
        assertThat(Masking.scrub(text, WEBHOOK)).isEqualTo("bad token …, sign … at /…");
    }

    @Test
    void call_isShownWithoutPathAndHeaders() {
        Call call = Call.post(WEBHOOK.url(), Json.object());
        assertThat(call).hasToString("POST https://oapi.dingtalk.com:8443/…, 2 bytes");
    }
}
