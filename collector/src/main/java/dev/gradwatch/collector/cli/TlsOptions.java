package dev.gradwatch.collector.cli;

import dev.gradwatch.collector.source.tcp.tls.TlsFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that let others than this machine's processes connect in safety. */
final class TlsOptions {
    @Option(
            names = "--tls-cert",
            paramLabel = "FILE.pem",
            description =
                    "Speak TLS, with this certificate chain; read again when it changes. Reporters need GRADWATCH_TLS_CA.")
    private @Nullable Path certificate;

    @Option(names = "--tls-key", paramLabel = "FILE.pem", description = "Its key: PKCS#8, without a password.")
    private @Nullable Path key;

    @Option(names = "--new-token", description = "Make another token in place of the one made before, and show it.")
    boolean newToken;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // picocli sets it.
    private CommandSpec spec;

    /** The files; null where neither was named. Bad usage where only one was. */
    @Nullable
    TlsFiles files() {
        if (certificate != null && key != null) {
            return new TlsFiles(certificate, key);
        }
        if (certificate != null || key != null) {
            CommandLine command = spec.commandLine();
            throw new ParameterException(
                    command,
                    certificate == null
                            ? "tls-cert: none (expected: it beside --tls-key)"
                            : "tls-key: none (expected: it beside --tls-cert)");
        }
        return null;
    }
}
