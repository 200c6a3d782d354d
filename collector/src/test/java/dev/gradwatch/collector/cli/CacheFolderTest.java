package dev.gradwatch.collector.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CacheFolderTest {
    @Test
    void cacheHome_isUsed() {
        assertThat(CacheFolder.of(Map.of("XDG_CACHE_HOME", "/c", "HOME", "/h"))).hasToString("/c/gradwatch");
    }

    @Test
    void relativeCacheHome_isIgnored() {
        assertThat(CacheFolder.of(Map.of("XDG_CACHE_HOME", "c", "HOME", "/h"))).hasToString("/h/.cache/gradwatch");
    }

    @Test
    void noHome_isTheSystems() {
        assertThat(CacheFolder.of(Map.of())).hasToString(System.getProperty("user.home") + "/.cache/gradwatch");
    }
}
