package dev.gradwatch.collector.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Holds a report's JSON against the findings that a job must give: every expected one is there, and no other of severity warning or above. A
 * job that failed may also have findings of causes that say how it died, such as a killed rank.
 */
final class ExpectedFindings {
    private static final Set<String> LOUD = Set.of("warning", "error", "critical");
    private static final Set<String> HOW_IT_DIED = Set.of("rank_killed", "rank_failed", "connection_lost");

    private ExpectedFindings() {}

    /** What differs, in words; empty where the report holds. */
    static List<String> differences(JsonNode expected, JsonNode report, boolean died) {
        List<JsonNode> found = new ArrayList<>();
        report.path("findings").forEach(found::add);
        List<String> differences = new ArrayList<>();
        for (JsonNode want : expected) {
            Set<String> wanted = texts(want.path("parameters"));
            boolean any = want.path("any_of_parameters").asBoolean();
            List<JsonNode> matches = found.stream()
                    .filter(have -> have.path("cause").equals(want.path("cause")) && names(have, wanted, any))
                    .toList();
            Set<String> named = matches.stream()
                    .flatMap(have -> texts(have.path("parameters")).stream())
                    .collect(Collectors.toCollection(TreeSet::new));
            if (matches.isEmpty() || (!wanted.isEmpty() && !any && !named.equals(wanted))) {
                differences.add("missing " + want.path("cause").asText() + " of " + wanted + " (named: " + named + ")");
                continue;
            }
            found.removeAll(matches);
            matches.forEach(have -> shortcomings(want, have, differences));
        }
        for (JsonNode have : found) {
            String cause = have.path("cause").asText();
            if (LOUD.contains(have.path("severity").asText()) && !(died && HOW_IT_DIED.contains(cause))) {
                differences.add("unexpected " + have.path("severity").asText() + " " + cause + " of "
                        + texts(have.path("parameters")));
            }
        }
        return differences;
    }

    private static boolean names(JsonNode have, Set<String> wanted, boolean any) {
        Set<String> names = texts(have.path("parameters"));
        if (wanted.isEmpty()) {
            return true;
        }
        if (any) {
            return names.stream().anyMatch(wanted::contains);
        }
        return !names.isEmpty() && wanted.containsAll(names);
    }

    private static void shortcomings(JsonNode want, JsonNode have, List<String> differences) {
        String cause = want.path("cause").asText();
        if (!have.path("severity").equals(want.path("severity"))) {
            differences.add(
                    cause + ": severity " + have.path("severity") + " (expected: " + want.path("severity") + ")");
        }
        List<String> actions = actions(have.path("advice"));
        List<String> advise = List.copyOf(texts(want.path("advise")));
        boolean advised = want.path("order").asText().equals("any")
                ? actions.containsAll(advise)
                : advise.isEmpty()
                        || (!actions.isEmpty()
                                && actions.get(0)
                                        .equals(want.path("advise").path(0).asText()));
        if (!advised) {
            differences.add(cause + ": advice " + actions + " (expected: " + want.path("advise") + ")");
        }
        JsonNode confidence = have.path("evidence").path("confidence");
        if (want.has("confidence") && !confidence.equals(want.path("confidence"))) {
            differences.add(cause + ": confidence " + confidence + " (expected: " + want.path("confidence") + ")");
        }
        Set<String> avoid = texts(want.path("avoid"));
        if (!new HashSet<>(actions(have.path("avoid"))).containsAll(avoid)) {
            differences.add(cause + ": avoid " + actions(have.path("avoid")) + " (expected at least: " + avoid + ")");
        }
        if (actions.stream().anyMatch(avoid::contains)) {
            differences.add(cause + ": advises what it must not: " + actions);
        }
        if (want.has("unused_ranks") && !have.path("ranks").equals(want.path("unused_ranks"))) {
            differences.add(cause + ": ranks " + have.path("ranks") + " (expected: " + want.path("unused_ranks") + ")");
        }
        StreamSupport.stream(have.path("advice").spliterator(), false)
                .filter(advice -> advice.path("why").asText().isBlank())
                .forEach(advice -> differences.add(cause + ": an action without its why"));
    }

    private static List<String> actions(JsonNode advice) {
        List<String> actions = new ArrayList<>();
        advice.forEach(one -> actions.add(one.path("action").asText()));
        return actions;
    }

    private static Set<String> texts(Iterable<JsonNode> nodes) {
        Collection<String> texts = new ArrayList<>();
        nodes.forEach(node -> texts.add(node.asText()));
        return new TreeSet<>(texts);
    }
}
