package dev.weir.e2e;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.opentest4j.TestAbortedException;

/** Programs of this machine. Without one its test is skipped, and fails where {@code CI=true}. */
final class Installed {

    private Installed() {}

    /** The path of a program, which this Debian package has. */
    static String program(String name, String debianPackage) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(directory -> Path.of(directory, name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> missing(name + " is not in PATH; apt install " + debianPackage))
                .toString();
    }

    /** A file that this command puts there. */
    static String file(Path path, String command) {
        if (!Files.exists(path)) {
            throw missing(path + " is not there; " + command);
        }
        return path.toString();
    }

    private static RuntimeException missing(String reason) {
        return "true".equals(System.getenv("CI"))
                ? new IllegalStateException(reason)
                : new TestAbortedException(reason);
    }
}
