package dev.weir.cli;

import dev.weir.config.AdminConfig;
import dev.weir.config.ConfigException;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code weir health}: asks the relay that runs beside it; for containers without a curl. */
@Command(
        name = "health",
        description = "Ask the relay that runs here with the same settings whether it is alive.")
final class HealthCommand implements Callable<Integer> {

    private static final int TIMEOUT_MILLIS = 3000;

    private final Shell shell;

    @Mixin private final ConfigOptions options = new ConfigOptions();

    HealthCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws ConfigException {
        AdminConfig admin = options.load(shell.environment()).admin();
        if (admin.port() == 0) {
            shell.err().println("weir: admin.port is 0, any free one: name it with --admin-port");
            return ExitCode.FAILURE;
        }
        String url = Banner.url("http", admin.host(), admin.port()) + "/livez";
        try {
            int status = status(URI.create(url));
            shell.out().println(url + " answers " + status);
            return status == HttpURLConnection.HTTP_OK ? ExitCode.OK : ExitCode.FAILURE;
        } catch (IOException e) {
            shell.err().println("weir: " + url + ": " + e.getMessage());
            return ExitCode.FAILURE;
        }
    }

    /** The old client: it starts in half the time, and this process does nothing else. */
    private static int status(URI url) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) url.toURL().openConnection(Proxy.NO_PROXY);
        try {
            connection.setConnectTimeout(TIMEOUT_MILLIS);
            connection.setReadTimeout(TIMEOUT_MILLIS);
            return connection.getResponseCode();
        } finally {
            connection.disconnect();
        }
    }
}
