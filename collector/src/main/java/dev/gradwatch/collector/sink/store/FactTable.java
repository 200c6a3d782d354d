package dev.gradwatch.collector.sink.store;

import dev.gradwatch.collector.sink.store.Store.StoredFact;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * The parts of jobs' states. A large body is kept once, by its hash, since the ranks of a job say the same manifest; it goes when no fact holds it any
 * more.
 */
final class FactTable {
    /** A longer body is kept by its hash. */
    static final int MAX_INLINE_BYTES = 1024;

    /** PostgreSQL takes 65,535 parameters a statement, SQLite 32,766. */
    private static final int MAX_IN = 1_000;

    /**
     * A fact, with its body or the content that stands for it; one with neither is removed.
     *
     * @param body packed
     * @param content null where the body is short
     */
    record Row(
            byte[] job,
            byte[] key,
            String name,
            long place,
            byte @Nullable [] body,
            @Nullable Hash content) {
        /** The last of each key. */
        static List<Row> latest(List<Batch.FactRow> facts) {
            Map<List<String>, StoredFact> latest = new LinkedHashMap<>();
            facts.forEach(each -> latest.put(List.of(each.job(), each.fact().key()), each.fact()));
            Map<Hash, byte[]> packed = new HashMap<>();
            List<Row> rows = new ArrayList<>(latest.size());
            latest.forEach((key, fact) -> rows.add(of(key.get(0), fact, packed)));
            return rows;
        }

        private static Row of(String job, StoredFact fact, Map<Hash, byte[]> packed) {
            byte[] body = fact.body();
            Hash content = body.length > MAX_INLINE_BYTES ? new Hash(Key.sha256(body)) : null;
            return new Row(
                    Key.of(job),
                    Key.of(fact.key()),
                    Key.storable(fact.key()),
                    fact.place(),
                    body.length == 0
                            ? null
                            : content == null
                                    ? Packed.pack(body)
                                    : packed.computeIfAbsent(content, any -> Packed.pack(body)),
                    content);
        }

        boolean removed() {
            return body == null;
        }
    }

    static void write(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        Set<Hash> before = contents(handle, rows);
        insertBodies(handle, rows);
        upsert(handle, rows.stream().filter(row -> !row.removed()).toList());
        remove(handle, rows.stream().filter(Row::removed).toList());
        rows.forEach(row -> before.remove(row.content()));
        removeUnused(handle, before);
    }

    /** What the facts held until now. */
    private static Set<Hash> contents(Handle handle, List<Row> rows) {
        Map<Hash, List<byte[]>> byJob = new LinkedHashMap<>();
        rows.forEach(row -> byJob.computeIfAbsent(new Hash(row.job()), any -> new ArrayList<>())
                .add(row.key()));
        Set<Hash> contents = new HashSet<>();
        byJob.forEach((job, keys) -> {
            for (int from = 0; from < keys.size(); from += MAX_IN) {
                contents.addAll(handle.createQuery("SELECT content FROM facts"
                                + " WHERE job = :job AND key IN (<keys>) AND content IS NOT NULL")
                        .bind("job", job.bytes())
                        .bindList("keys", keys.subList(from, Math.min(keys.size(), from + MAX_IN)))
                        .map((found, context) -> new Hash(found.getBytes(1)))
                        .list());
            }
        });
        return contents;
    }

    private static void insertBodies(Handle handle, List<Row> rows) {
        Map<Hash, Row> large = rows.stream()
                .filter(row -> row.content() != null)
                .collect(Collectors.toMap(Row::content, row -> row, (first, second) -> first, LinkedHashMap::new));
        if (large.isEmpty()) {
            return;
        }
        PreparedBatch bodies = handle.prepareBatch(
                "INSERT INTO bodies (content, body) VALUES (:content, :body) ON CONFLICT (content) DO NOTHING");
        large.forEach((content, row) ->
                bodies.bind("content", content.bytes()).bind("body", row.body()).add());
        bodies.execute();
    }

    private static void upsert(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch facts = handle.prepareBatch("INSERT INTO facts (job, key, name, place, body, content)"
                + " VALUES (:job, :key, :name, :place, :body, :content) ON CONFLICT (job, key)"
                + " DO UPDATE SET place = excluded.place, body = excluded.body, content = excluded.content");
        for (Row row : rows) {
            Hash content = row.content();
            facts.bind("job", row.job())
                    .bind("key", row.key())
                    .bind("name", row.name())
                    .bind("place", row.place())
                    .bind("body", content == null ? row.body() : null)
                    .bind("content", content == null ? null : content.bytes())
                    .add();
        }
        facts.execute();
    }

    private static void remove(Handle handle, List<Row> rows) {
        if (rows.isEmpty()) {
            return;
        }
        PreparedBatch facts = handle.prepareBatch("DELETE FROM facts WHERE job = :job AND key = :key");
        rows.forEach(row -> facts.bind("job", row.job()).bind("key", row.key()).add());
        facts.execute();
    }

    private static void removeUnused(Handle handle, Collection<Hash> contents) {
        if (contents.isEmpty()) {
            return;
        }
        PreparedBatch bodies = handle.prepareBatch("DELETE FROM bodies WHERE content = :content"
                + " AND NOT EXISTS (SELECT 1 FROM facts WHERE facts.content = bodies.content)");
        contents.forEach(content -> bodies.bind("content", content.bytes()).add());
        bodies.execute();
    }

    static List<StoredFact> facts(Handle handle, String job) {
        return handle.createQuery("SELECT facts.name, facts.place, coalesce(facts.body, bodies.body) FROM facts"
                        + " LEFT JOIN bodies ON bodies.content = facts.content WHERE facts.job = :job"
                        + " ORDER BY facts.place, facts.key")
                .bind("job", Key.of(job))
                .map((rows, context) ->
                        new StoredFact(rows.getString(1), rows.getLong(2), Packed.unpack(rows.getBytes(3))))
                .list();
    }

    /** Removes a job's facts, at most so many; how many there were. */
    static int removeSome(Handle handle, byte[] job, int most) {
        List<byte[]> keys = new ArrayList<>();
        Set<Hash> contents = new HashSet<>();
        handle.createQuery("SELECT key, content FROM facts WHERE job = :job LIMIT :most")
                .bind("job", job)
                .bind("most", most)
                .map((rows, context) -> {
                    keys.add(rows.getBytes(1));
                    byte[] content = rows.getBytes(2);
                    return content == null || contents.add(new Hash(content));
                })
                .list();
        remove(
                handle,
                keys.stream().map(key -> new Row(job, key, "", 0, null, null)).toList());
        removeUnused(handle, contents);
        return keys.size();
    }

    private FactTable() {}
}
