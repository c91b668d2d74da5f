package dev.weir.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which programs this is made of. */
final class Versions {

    private static final String RESOURCE = "/weir-version.properties";

    private Versions() {}

    static String weir() {
        return built("weir");
    }

    static String jetty() {
        return built("jetty");
    }

    static String java() {
        return Runtime.version() + " (" + System.getProperty("java.vendor") + ")";
    }

    static String system() {
        return String.join(
                " ",
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch"));
    }

    private static String built(String part) {
        Properties properties = new Properties();
        try (InputStream in = Versions.class.getResourceAsStream(RESOURCE)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
        return properties.getProperty(part, "unknown");
    }
}
