package dev.gradwatch.collector.source.log.follow;

import java.nio.file.Path;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All files that are known, by what they are and by the name they have, or had and hold on to. On the follower's thread; asks nobody. */
final class FileBook {
    private final Map<Object, FollowedFile> byIdentity = new HashMap<>();
    private final Map<Path, FollowedFile> byName = new HashMap<>();

    @Nullable
    FollowedFile identified(Object identity) {
        return byIdentity.get(identity);
    }

    @Nullable
    FollowedFile named(Path name) {
        return byName.get(name);
    }

    void add(FollowedFile file) {
        byIdentity.put(file.identity(), file);
        byName.putIfAbsent(file.path(), file);
    }

    /** It has this name, too, until it is unnamed; a name that is held stays with its holder. */
    void name(Path name, FollowedFile file) {
        byName.putIfAbsent(name, file);
    }

    void unname(@Nullable Path name, FollowedFile file) {
        if (name != null) {
            byName.remove(name, file);
        }
    }

    void remove(FollowedFile file) {
        byIdentity.remove(file.identity(), file);
        unname(file.path(), file);
        unname(file.heldName(), file);
    }

    int size() {
        return byIdentity.size();
    }

    Collection<FollowedFile> files() {
        return Collections.unmodifiableCollection(byIdentity.values());
    }

    /** A copy, for who changes the book meanwhile. */
    List<FollowedFile> snapshot() {
        return List.copyOf(byIdentity.values());
    }
}
