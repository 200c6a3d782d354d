package dev.gradwatch.collector.cli.attach;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** An agent that prints how it was loaded. */
public final class StandInAgent {
    public static void premain(String options) {
        say("premain", options);
    }

    public static void agentmain(String options) throws IOException {
        if (options.contains("job=broken")) {
            throw new IllegalStateException("broken");
        }
        String file = options.replaceFirst(".*token-file=", "").replaceFirst(",.*", "");
        Path token = Path.of(file);
        say(
                "agentmain",
                Files.exists(token)
                        ? options.replace(
                                file,
                                Files.getPosixFilePermissions(token).size() + " rights, " + Files.size(token)
                                        + " bytes")
                        : options);
    }

    private static void say(String method, String options) {
        System.out.println(method + " " + options);
        System.out.flush();
    }

    /** The agent's jar, in a folder for the class path of a build that holds it. */
    public static Path jar(Path classPath) throws IOException {
        Path jar = classPath.resolve("gradwatch-agent/gradwatch-agent.jar");
        Files.createDirectories(jar.getParent());
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest.getMainAttributes().putValue("Premain-Class", StandInAgent.class.getName());
        manifest.getMainAttributes().putValue("Agent-Class", StandInAgent.class.getName());
        write(jar, manifest, StandInAgent.class);
        return jar;
    }

    /** A jar of one class alone. */
    static void write(Path jar, Manifest manifest, Class<?> member) throws IOException {
        String name = member.getName().replace('.', '/') + ".class";
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream zip = new JarOutputStream(out, manifest);
                InputStream bytes = member.getClassLoader().getResourceAsStream(name)) {
            zip.putNextEntry(new JarEntry(name));
            bytes.transferTo(zip);
            zip.closeEntry();
        }
    }
}
