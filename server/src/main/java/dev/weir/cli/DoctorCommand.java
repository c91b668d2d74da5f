package dev.weir.cli;

import dev.weir.config.AdminConfig;
import dev.weir.config.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code weir doctor}: what is wrong with a running relay, and what to do about it. */
@Command(
        name = "doctor",
        description = "Ask a running relay what is wrong, who is behind it and what to do.",
        footer = {
            "",
            "Exit codes: 0 nothing is wrong, 1 a warning, 2 something critical, 3 it cannot be"
                    + " asked, 78 a mistake in configuration or command line."
        })
final class DoctorCommand implements Callable<Integer> {

    static final int WARNING = 1;
    static final int CRITICAL = 2;
    static final int NO_ANSWER = 3;

    private static final String TOKEN_VARIABLE = "WEIR_ADMIN_TOKEN";
    private static final int CONNECT_MILLIS = 3000;
    private static final int READ_MILLIS = 10_000;
    private static final int ANSWER_BYTES_MAX = 16 << 20;

    private final Shell shell;

    @Parameters(
            arity = "0..1",
            paramLabel = "URL",
            description = "Admin address, such as http://127.0.0.1:9090; else that of the relay"
                    + " that runs here with the same settings.")
    private @Nullable String url;

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            description = "Admin token; others on this machine can see it here, but not in $"
                    + TOKEN_VARIABLE + ".")
    private @Nullable String token;

    @Option(names = "--json", description = "Print the findings as the relay tells them.")
    private boolean json;

    @Mixin private final ConfigOptions options = new ConfigOptions();

    DoctorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws ConfigException {
        String base = url == null ? ownAdmin() : url.replaceAll("/+$", "");
        try {
            String answer = ask(URI.create(base + "/findings"));
            JsonNode findings = JsonMapper.shared().readTree(answer);
            String status = findings.path("status").asString("");
            int code = switch (status) {
                case "ok" -> ExitCode.OK;
                case "warning" -> WARNING;
                case "critical" -> CRITICAL;
                default -> throw new IOException("what answers there is not a relay");
            };
            if (json) {
                shell.out().println(answer);
            } else {
                new Diagnose(base, findings).print(shell.out());
            }
            return code;
        } catch (IOException | IllegalArgumentException | JacksonException e) {
            shell.err().println("weir: cannot ask " + Diagnose.plain(base) + ": "
                    + Diagnose.plain(String.valueOf(e.getMessage())));
            return NO_ANSWER;
        }
    }

    private String ownAdmin() throws ConfigException {
        AdminConfig admin = options.load(shell.environment()).admin();
        return Banner.url("http", admin.host(), admin.port());
    }

    private String ask(URI findings) throws IOException {
        if (!(findings.toURL().openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection http)) {
            throw new IOException("only http and https addresses can be asked");
        }
        try {
            http.setConnectTimeout(CONNECT_MILLIS);
            http.setReadTimeout(READ_MILLIS);
            String bearer = token != null ? token : shell.environment().get(TOKEN_VARIABLE);
            if (bearer != null && !bearer.isEmpty()) {
                http.setRequestProperty("Authorization", "Bearer " + bearer);
            }
            int status = http.getResponseCode();
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
                throw new IOException("it wants the admin token: set $" + TOKEN_VARIABLE);
            } else if (status != HttpURLConnection.HTTP_OK) {
                throw new IOException("it answers " + status);
            }
            try (InputStream in = http.getInputStream()) {
                return new String(in.readNBytes(ANSWER_BYTES_MAX), StandardCharsets.UTF_8);
            }
        } finally {
            http.disconnect();
        }
    }
}
