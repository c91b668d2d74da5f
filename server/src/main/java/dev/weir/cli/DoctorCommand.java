package dev.weir.cli;

import dev.weir.config.AdminConfig;
import dev.weir.config.ConfigException;
import dev.weir.config.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLException;
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
            description = "Admin token, or where it is: file:PATH, env:NAME. Else that of $"
                    + TOKEN_VARIABLE + "; the token itself can be seen here by others.")
    private @Nullable String token;

    @Option(names = "--json", description = "Print the findings as the relay tells them.")
    private boolean json;

    @Mixin private final ConfigOptions options = new ConfigOptions();

    DoctorCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() throws ConfigException {
        Target target;
        try {
            target = target();
        } catch (IllegalArgumentException e) {
            shell.err().println("weir: the admin token: " + reasonOf(e));
            return ExitCode.CONFIG;
        }
        try {
            String answer = ask(target);
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
                new Diagnose(target.url, findings).print(shell.out());
            }
            return code;
        } catch (IOException | IllegalArgumentException | JacksonException e) {
            shell.err().println(
                    "weir: cannot ask " + Diagnose.plain(target.url) + ": " + reasonOf(e));
            return NO_ANSWER;
        }
    }

    /** Whom to ask, and with which token; empty is none. */
    private record Target(String url, String token) {}

    /**
     * {@return the relay of the command line, or that of the same settings}
     *
     * @throws IllegalArgumentException when the token is not where it is said to be
     */
    private Target target() throws ConfigException {
        Map<String, String> environment = shell.environment();
        Secrets secrets = new Secrets(environment);
        if (url == null) {
            AdminConfig admin = options.load(environment).admin();
            return new Target(
                    Banner.url("http", admin.host(), admin.port()),
                    token == null ? admin.token().reveal() : secrets.read(token).strip());
        }
        String address = url.contains("://") ? url : "http://" + url;
        String where = token == null ? environment.getOrDefault(TOKEN_VARIABLE, "") : token;
        return new Target(address.replaceAll("/+$", ""), secrets.read(where).strip());
    }

    private static String ask(Target target) throws IOException {
        URI findings = URI.create(target.url + "/findings");
        if (findings.getPort() == 0) {
            throw new IOException("admin.port is 0, any free one: name the address");
        }
        if (!(findings.toURL().openConnection(Proxy.NO_PROXY) instanceof HttpURLConnection http)) {
            throw new IOException("only http and https addresses can be asked");
        }
        try {
            http.setConnectTimeout(CONNECT_MILLIS);
            http.setReadTimeout(READ_MILLIS);
            http.setInstanceFollowRedirects(false); // the token is for nobody else
            if (!target.token.isEmpty()) {
                http.setRequestProperty("Authorization", "Bearer " + target.token);
            }
            int status = http.getResponseCode();
            if (status == HttpURLConnection.HTTP_UNAUTHORIZED) {
                throw new IOException(target.token.isEmpty()
                        ? "it wants the admin token: set $" + TOKEN_VARIABLE
                        : "it does not take this admin token");
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

    private static String reasonOf(Exception failure) {
        String message = String.valueOf(failure.getMessage());
        return Diagnose.plain(switch (failure) {
            case UnknownHostException _ -> "no host has that name";
            case SSLException _ -> "no TLS with it (" + message
                    + "); a relay's own admin port speaks http";
            case JacksonException _ -> "what answers there is not a relay";
            default -> message;
        });
    }
}
