package dev.gradwatch.collector.sink.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.gradwatch.collector.model.Language;
import dev.gradwatch.collector.sink.http.guard.TokenHash;
import dev.gradwatch.collector.words.Phrases;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The document against a real server's answers, both ways: what it says must come, and what comes must be in it. */
class OpenApiTest {
    private static final String BEARER = "Bearer " + TestApi.TOKEN;

    private static TestApi api;
    private static JsonNode document;
    private static JsonSchema schemas;

    @BeforeAll
    static void start() {
        api = TestApi.of(TestApi.options().withToken(TokenHash.of(TestApi.TOKEN)));
        document = TestApi.json(api.get("/api/openapi.json", "Authorization", BEARER));
        schemas = new JsonSchema(document);
        api.post("/api/mutes", "{\"job\":\"a\",\"for\":\"1h\"}", "Authorization", BEARER);
    }

    @AfterAll
    static void stop() {
        api.close();
    }

    static Stream<Endpoint> endpoints() {
        try (TestApi any = TestApi.open()) {
            return any.api.endpoints().stream();
        }
    }

    private static JsonNode operation(Endpoint endpoint) {
        return document.path("paths")
                .path(endpoint.path())
                .path(endpoint.method().name().toLowerCase(Locale.ROOT));
    }

    @Test
    void document_listsTheServersRoutesAndNoOthers() {
        List<String> documented = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> documented.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey()));
        }
        List<String> served = api.api.endpoints().stream()
                .map(endpoint -> endpoint.method() + " " + endpoint.path())
                .toList();
        assertThat(documented).containsExactlyInAnyOrderElementsOf(served);
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void answer_isAsTheDocumentSays(Endpoint endpoint) {
        if (endpoint.work() == null) {
            // The stream never ends; its data is validated below.
            return;
        }
        HttpResponse<String> response = ask(endpoint);
        JsonNode documented = operation(endpoint).path("responses").path(Integer.toString(response.statusCode()));
        assertThat(documented.isMissingNode())
                .as("status %s", response.statusCode())
                .isFalse();
        Map.Entry<String, JsonNode> content =
                documented.path("content").properties().iterator().next();
        assertThat(response.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith(content.getKey()));
        if (content.getKey().equals("application/json")) {
            assertThat(schemas.errors(content.getValue().path("schema"), TestApi.json(response)))
                    .isEmpty();
        }
    }

    private static HttpResponse<String> ask(Endpoint endpoint) {
        String path = TestApi.filled(endpoint.path());
        if (endpoint.method().name().equals("GET")) {
            return api.get(path, "Authorization", BEARER);
        }
        String body = "";
        if (path.endsWith("mute")) {
            body = "{\"for\":\"1h\"}";
        } else if (path.endsWith("mutes")) {
            body = "{\"for\":\"1h\",\"job\":\"a\"}";
        } else if (path.endsWith("login")) {
            body = "{\"token\":\"" + TestApi.TOKEN + "\"}";
        }
        return api.post(path, body, "Authorization", BEARER);
    }

    @ParameterizedTest
    @MethodSource("endpoints")
    void problem_isAsTheDocumentSays(Endpoint endpoint) {
        HttpResponse<String> response = endpoint.method().name().equals("GET")
                ? api.get(TestApi.filled(endpoint.path()), "Authorization", "Bearer x")
                : api.post(TestApi.filled(endpoint.path()), "{", "Authorization", "Bearer x");
        JsonNode problem = document.at("/components/responses/Problem/content/application~1problem+json/schema");
        assertThat(schemas.errors(problem, TestApi.json(response))).isEmpty();
        assertThat(operation(endpoint).path("responses").has("default")).isTrue();
    }

    @Test
    void streamsData_isAsTheDocumentSays() {
        JsonNode event = AlertJson.event(api.directory.events.get(0), Phrases.in(Language.EN));
        assertThat(schemas.errors(document.at("/components/schemas/AlertEvent"), event))
                .isEmpty();
        JsonNode job = JobJson.summary(FakeDirectory.summary("a"), Phrases.in(Language.EN));
        assertThat(schemas.errors(document.at("/components/schemas/Job"), job)).isEmpty();
    }

    @Test
    void walker_findsWhatDoesNotFit() {
        JsonNode wrong = JobJson.summary(FakeDirectory.summary("a"), Phrases.in(Language.EN))
                .put("step", "ten")
                .put("extra", 1);
        assertThat(schemas.errors(document.at("/components/schemas/Job"), wrong))
                .containsExactlyInAnyOrder(
                        "$.step: \"ten\" (expected: \"integer\")", "$: extra is not in the document");
    }
}
