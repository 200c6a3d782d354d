package dev.gradwatch.agent.report;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a {@link Sender} has to say, and who takes what it hears. Called by its threads; frames are whole. */
interface Source {
    /** Who speaks: first on every connection. */
    byte[] hello();

    /** All that is known: manifests, probes, ledgers, failures. */
    List<byte[]> everything();

    /** What is known of those whose frames found no room; {@link Sender#RANK} stands for the rank's own. */
    List<byte[]> lost(Set<Integer> owners);

    byte[] progress();

    byte[] goodbye();

    void welcomed(Map<?, ?> members);

    void asked(Map<?, ?> members);

    void refused(String reason);

    /** @param attempts so many connections were tried, and the last one got no answer */
    void unreachable(int attempts);

    /** @param reason what will fail again until somebody mends it */
    void distrusted(String reason);

    /** Our own mistake: nothing is sent any more. */
    void broken(Throwable mistake);
}
