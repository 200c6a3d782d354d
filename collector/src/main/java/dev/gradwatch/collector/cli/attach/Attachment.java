package dev.gradwatch.collector.cli.attach;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.nio.file.Path;

/** The JDK's way into another JVM. The only class that names its module, which a JRE may lack. */
final class Attachment {
    static void load(long pid, Path agent, String options) throws IOException {
        try {
            VirtualMachine jvm = VirtualMachine.attach(String.valueOf(pid));
            try {
                jvm.loadAgent(agent.toString(), options);
            } finally {
                jvm.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw refused(pid, "does not answer: " + e.getMessage(), "a JVM that can be attached to", e);
        } catch (AgentLoadException e) {
            throw refused(
                    pid,
                    "did not load the agent: " + e.getMessage(),
                    "a JVM that sees " + agent + ", without -XX:-EnableDynamicAgentLoading",
                    e);
        } catch (AgentInitializationException e) {
            throw refused(pid, "did not start the agent: " + e.getMessage(), "its stderr says why", e);
        } catch (IOException e) {
            throw refused(pid, "broke off: " + e.getMessage(), "a JVM that can be attached to", e);
        }
    }

    private static IOException refused(long pid, String what, String expected, Exception e) {
        return new IOException("pid: " + pid + " " + what + " (expected: " + expected + ")", e);
    }

    private Attachment() {}
}
