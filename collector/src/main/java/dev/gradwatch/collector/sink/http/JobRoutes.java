package dev.gradwatch.collector.sink.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.gradwatch.collector.model.JobReport.Mark;
import dev.gradwatch.collector.model.JobSummary;
import dev.gradwatch.collector.model.PassUsage;
import dev.gradwatch.collector.sink.http.Directory.JobOrder;
import dev.gradwatch.collector.sink.http.Directory.ParameterQuery;
import dev.gradwatch.collector.sink.report.FlagCostJson;
import dev.gradwatch.collector.sink.store.Store.JobPage;
import dev.gradwatch.collector.sink.store.Store.JobQuery;
import dev.gradwatch.collector.sink.store.Store.SeriesFilter;
import dev.gradwatch.collector.words.Phrases;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Jobs, and what is known of each. */
final class JobRoutes {
    private static final int USUAL_POINTS = 300;
    private static final int MAX_POINTS = 5_000;

    /** Parameters with their marks alone, of which a page wants all at once. */
    private static final int MAX_MARKED = 20_000;

    private static final int USUAL_COLUMNS = 120;
    private static final int MAX_COLUMNS = 400;
    private static final String ALL = "all";

    private final Directory directory;
    private final MapAnswers maps = new MapAnswers();

    JobRoutes(Directory directory) {
        this.directory = directory;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.get("/api/jobs", this::list),
                Endpoint.get("/api/jobs/{id}", this::job),
                Endpoint.get("/api/jobs/{id}/report", this::report),
                Endpoint.get("/api/jobs/{id}/parameters", this::parameters),
                Endpoint.get("/api/jobs/{id}/usage", this::usage),
                Endpoint.get("/api/jobs/{id}/steps", this::steps),
                Endpoint.get("/api/jobs/{id}/log", this::proofs));
    }

    private Answer list(Call call) {
        Query query = call.query();
        Phrases phrases = call.phrases();
        JobPage page = directory.jobs(
                new JobQuery(query.text("text"), state(query), query.offset(), query.limit()),
                query.oneOf("sort", JobOrder::of, JobOrder.NEWEST, "newest, worst or name"));
        boolean recent = query.flag("recent");
        ObjectNode body = Json.object();
        body.set(
                "jobs",
                Json.array(
                        page.jobs(),
                        job -> recent
                                ? JobJson.summary(job, phrases, directory.recent(job.id()))
                                : JobJson.summary(job, phrases)));
        return Answer.ok(body.put("total", page.total()));
    }

    private Answer job(Call call) {
        Phrases phrases = call.phrases();
        ObjectNode body = JobJson.summary(known(call, directory.job(call.path("id"))), phrases);
        JsonNode since = directory
                .sinceLastRun(call.path("id"))
                .map(run -> JobJson.since(run, phrases))
                .orElse(null);
        body.set("since_last_run", since);
        JsonNode cost = directory
                .findUnusedCost(call.path("id"))
                .map(FlagCostJson::tree)
                .orElse(null);
        body.set(FlagCostJson.MEMBER, cost);
        return Answer.ok(body);
    }

    private Answer report(Call call) {
        Phrases phrases = call.phrases();
        return Answer.ok(Answer.JSON, SpokenReport.in(phrases, known(call, directory.report(call.path("id")))));
    }

    private Answer parameters(Call call) {
        Query query = call.query();
        boolean marks = "marks".equals(form(query));
        String job = call.path("id");
        ParameterQuery asked = new ParameterQuery(
                query.numberOrNull("model", 0, Integer.MAX_VALUE),
                query.text("text"),
                query.anyOf("mark", JobRoutes::mark, ids(Mark.values())),
                query.offset(),
                marks ? query.number("limit", MAX_MARKED, 1, MAX_MARKED) : query.limit());
        return marks
                ? maps.of(job, known(call, directory.marks(job, asked)))
                : Answer.ok(JobJson.parameters(known(call, directory.parameters(job, asked))));
    }

    private static @Nullable String form(Query query) {
        String form = query.textOrNull("form");
        if (form != null && !form.equals("marks")) {
            throw Problem.invalid("form", form, "marks, or none");
        }
        return form;
    }

    private Answer usage(Call call) {
        Query query = call.query();
        String rank = query.text("rank");
        PassUsage.Asked asked = new PassUsage.Asked(
                rank.isEmpty() || rank.equals(ALL) ? null : Integer.valueOf(rank(query)),
                query.number("model", 0, 0, Integer.MAX_VALUE),
                query.number("columns", USUAL_COLUMNS, 1, MAX_COLUMNS),
                query.pass("from", 0),
                query.pass("to", Long.MAX_VALUE));
        Optional<PassUsage> usage = directory.passes(call.path("id"), asked);
        if (usage.isEmpty() && directory.job(call.path("id")).isPresent()) {
            throw Problem.notFound(
                    "usage", "model " + asked.model() + " on rank " + (asked.rank() == null ? ALL : asked.rank()));
        }
        return Answer.ok(JobJson.usage(known(call, usage)));
    }

    private static int rank(Query query) {
        try {
            return query.number("rank", 0, 0, Integer.MAX_VALUE);
        } catch (Problem e) {
            throw Problem.invalid("rank", query.text("rank"), "all, or 0-" + Integer.MAX_VALUE);
        }
    }

    private Answer steps(Call call) {
        Query query = call.query();
        long from = query.micros("from", 0);
        long to = query.micros("to", Long.MAX_VALUE);
        int points = query.number("points", USUAL_POINTS, 1, MAX_POINTS);
        Set<String> names = query.anyOf("series", name -> name, "names of series");
        SeriesFilter filter = new SeriesFilter(names, !names.isEmpty());
        return Answer.ok(JobJson.series(known(call, directory.steps(call.path("id"), filter, from, to, points))));
    }

    private Answer proofs(Call call) {
        ObjectNode body = Json.object();
        body.set("log", Json.array(known(call, directory.log(call.path("id"))), JobJson::proof));
        return Answer.ok(body);
    }

    private static <T> T known(Call call, Optional<T> found) {
        return found.orElseThrow(() -> Problem.notFound("job", call.path("id")));
    }

    private static JobSummary.@Nullable State state(Query query) {
        String id = query.textOrNull("state");
        if (id == null) {
            return null;
        }
        for (JobSummary.State state : JobSummary.State.values()) {
            if (state.id().equals(id)) {
                return state;
            }
        }
        throw Problem.invalid("state", id, ids(JobSummary.State.values()));
    }

    private static String mark(String id) {
        return Arrays.stream(Mark.values())
                .map(Mark::id)
                .filter(id::equals)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("mark: " + id));
    }

    private static String ids(Enum<?>[] values) {
        return Arrays.stream(values)
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(", "));
    }
}
