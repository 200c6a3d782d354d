package dev.gradwatch.collector;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of allowed imports of the architecture, edge by edge and nothing else. A package that the table lacks may import nothing. */
class ImportTableTest {
    private static final String ROOT = "dev.gradwatch.";
    private static final String COLLECTOR = ROOT + "collector.";
    private static final List<String> ANYWHERE = List.of("org.slf4j.", "org.jspecify.annotations.");
    private static final List<String> JACKSON = List.of("com.fasterxml.jackson.");

    private static JavaClasses classes;

    /**
     * A line of the table.
     *
     * @param name the package, subpackages included
     * @param allowed prefixes of what it may import besides java.* and itself
     */
    record Row(String name, List<String> allowed) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Row> table() {
        return Stream.of(
                row("wire", "org.jspecify.annotations."),
                row("agent.report", "org.jspecify.annotations.", ROOT + "wire.", "javax.net.ssl."),
                row("agent.djl", "org.jspecify.annotations.", ROOT + "wire.", ROOT + "agent.report."),
                row("agent.instrument", "org.jspecify.annotations.", ROOT + "agent.Probe", "net.bytebuddy."),
                row("collector.model", "org.jspecify.annotations."),
                row("collector.analysis", anywhere(COLLECTOR + "model.")),
                row("collector.alert", anywhere(COLLECTOR + "model.")),
                row("collector.source.tcp", anywhere(JACKSON, COLLECTOR + "model.", ROOT + "wire.", "io.netty.")),
                row("collector.source.recording", anywhere(JACKSON, COLLECTOR + "model.")),
                row("collector.source.gpu", anywhere(JACKSON, COLLECTOR + "model.", "com.sun.jna.")),
                row("collector.source.log", anywhere(JACKSON, COLLECTOR + "model.")),
                row("collector.sink.report", anywhere(JACKSON, COLLECTOR + "model.")),
                row("collector.sink.terminal", anywhere(COLLECTOR + "model.", COLLECTOR + "words.")),
                row("collector.words", anywhere(JACKSON, COLLECTOR + "model.")),
                row(
                        "collector.sink.webhook",
                        anywhere(
                                JACKSON,
                                COLLECTOR + "model.",
                                COLLECTOR + "words.",
                                "javax.crypto.",
                                "javax.net.ssl.")),
                row(
                        "collector.sink.store",
                        anywhere(
                                JACKSON,
                                COLLECTOR + "model.",
                                COLLECTOR + "source.recording.",
                                "org.jdbi.",
                                "org.flywaydb.",
                                "com.zaxxer.",
                                "org.sqlite.",
                                "javax.sql.")),
                row("collector.sink.upstream", anywhere(COLLECTOR + "model.", ROOT + "wire.", "io.netty.")),
                row(
                        "collector.sink.http",
                        anywhere(
                                JACKSON,
                                COLLECTOR + "model.",
                                COLLECTOR + "sink.report.",
                                COLLECTOR + "sink.store.",
                                COLLECTOR + "words.",
                                "io.netty.",
                                "io.vertx.",
                                "io.micrometer.")),
                row(
                        "collector.pipeline",
                        anywhere(
                                COLLECTOR + "model.",
                                COLLECTOR + "analysis.",
                                COLLECTOR + "alert.",
                                "io.micrometer.")));
    }

    @BeforeAll
    static void load() {
        classes = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.gradwatch");
    }

    @ParameterizedTest
    @MethodSource("table")
    void package_importsWhatItsRowAllows(Row row) {
        TreeSet<String> foreign = new TreeSet<>();
        for (JavaClass from : classes) {
            if (within(from, row.name())) {
                for (Dependency edge : from.getDirectDependenciesFromSelf()) {
                    JavaClass to = edge.getTargetClass().getBaseComponentType();
                    if (!to.isPrimitive() && !allowed(row, to)) {
                        foreign.add(from.getName() + " -> " + to.getName());
                    }
                }
            }
        }
        assertThat(foreign).as("imports of %s beyond its row", row.name()).isEmpty();
    }

    private static boolean allowed(Row row, JavaClass to) {
        return to.getName().startsWith("java.")
                || within(to, row.name())
                || row.allowed().stream().anyMatch(to.getName()::startsWith);
    }

    @Test
    void analysis_isPure() {
        List<String> never = List.of(
                "java.net.",
                "java.nio.file.",
                "java.util.concurrent.",
                "java.io.File",
                "java.time.Clock",
                "java.time.InstantSource");
        TreeSet<String> impure = new TreeSet<>();
        for (JavaClass from : classes) {
            if (within(from, "collector.analysis")) {
                from.getDirectDependenciesFromSelf().stream()
                        .map(edge -> edge.getTargetClass().getName())
                        .filter(name -> never.stream().anyMatch(name::startsWith))
                        .forEach(name -> impure.add(from.getName() + " -> " + name));
                from.getMethodCallsFromSelf().stream()
                        .filter(call -> call.getTargetOwner().isEquivalentTo(System.class)
                                || call.getTargetOwner().isEquivalentTo(Thread.class)
                                || call.getTarget().getName().equals("now"))
                        .filter(call -> !call.getTarget().getName().equals("arraycopy"))
                        .forEach(call -> impure.add(
                                from.getName() + " -> " + call.getTarget().getFullName()));
            }
        }
        assertThat(impure).isEmpty();
    }

    @Test
    void cli_isImportedByNobody() {
        TreeSet<String> importers = new TreeSet<>();
        for (JavaClass from : classes) {
            if (!within(from, "collector.cli")) {
                from.getDirectDependenciesFromSelf().stream()
                        .filter(edge -> within(edge.getTargetClass(), "collector.cli"))
                        .forEach(edge -> importers.add(from.getName()));
            }
        }
        assertThat(importers).isEmpty();
    }

    /** A jar of the agent without ByteBuddy may lie on the host's class path: what the JVM starts must load there too. */
    @Test
    void byteBuddy_isNamedByInstrumentAlone() {
        TreeSet<String> naming = new TreeSet<>();
        for (JavaClass from : classes) {
            if (within(from, "agent") && !within(from, "agent.instrument")) {
                from.getDirectDependenciesFromSelf().stream()
                        .filter(edge -> edge.getTargetClass().getName().startsWith("net.bytebuddy."))
                        .forEach(edge -> naming.add(from.getName()));
            }
        }
        assertThat(naming).isEmpty();
    }

    @Test
    void everyPackage_hasARow() {
        List<Row> rows = table().toList();
        assertThat(classes)
                .filteredOn(type ->
                        !within(type, "collector.cli") && !type.getPackageName().equals(ROOT + "agent"))
                .allMatch(type -> rows.stream().anyMatch(row -> within(type, row.name())));
    }

    private static boolean within(JavaClass type, String name) {
        return type.getPackageName().equals(ROOT + name)
                || type.getPackageName().startsWith(ROOT + name + ".");
    }

    private static Row row(String name, String... allowed) {
        return new Row(name, List.of(allowed));
    }

    private static Row row(String name, List<String> allowed) {
        return new Row(name, allowed);
    }

    private static List<String> anywhere(String... allowed) {
        return Stream.concat(ANYWHERE.stream(), Stream.of(allowed)).toList();
    }

    private static List<String> anywhere(List<String> libraries, String... allowed) {
        return Stream.concat(libraries.stream(), anywhere(allowed).stream()).toList();
    }
}
