package dev.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Helm chart, and the plain manifests that are made from it. */
final class ChartTest {

    private static final Path MANIFESTS = Path.of("../deploy/kubernetes");

    private static final String MADE =
            "# Made from ops/deploy/helm/weir; see ops/deploy/README.md.\n";

    private static final String EVERYTHING = """
            imagePullSecrets: [{ name: registry }]
            service: { type: LoadBalancer, annotations: { a: b } }
            networkPolicy:
              from: [{ ipBlock: { cidr: 192.0.2.0/24 } }]
              egress: [{ to: [{ podSelector: {} }], ports: [{ port: 4317 }] }]
            workerAutoscaling: { enabled: true, route: default, target: { name: robots } }
            restartOnConfigChange: true
            extraEnv: [{ name: OTEL_EXPORTER_OTLP_ENDPOINT, value: "http://collector:4317" }]
            extraVolumes: [{ name: tls, secret: { secretName: tls } }]
            extraVolumeMounts: [{ name: tls, mountPath: /run/secrets/tls }]
            podAnnotations: { a: b }
            podLabels: { a: b }
            nodeSelector: { a: b }
            tolerations: [{ key: a, operator: Exists }]
            affinity: { podAntiAffinity: {} }
            topologySpreadConstraints:
              - maxSkew: 1
                topologyKey: kubernetes.io/hostname
                whenUnsatisfiable: ScheduleAnyway
            priorityClassName: high
            """;

    @TempDir Path directory;

    @Test
    void helmFindsNothingToSay() {
        var result = new Helm(Chart.DIRECTORY).lint().strict().call();
        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.startsWith("[ERROR]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", EVERYTHING})
    void everyObjectIsOneThatKubernetesKnows(String values) throws Exception {
        var chart = Chart.render(values);
        var outcome = Tool.lint("kubernetes.mjs").run(chart.rendered());
        assertThat(outcome.output()).containsExactly(chart.files().size() + " objects");
    }

    @Test
    void mistakesInAnObjectAreSeen() throws Exception {
        var broken = Chart.render("{}").rendered()
                .replace("runAsNonRoot", "runAsNonroot")
                .replace("replicas: 1", "replicas: one");
        assertThat(Tool.lint("kubernetes.mjs").run(broken).output())
                .anyMatch(line -> line.endsWith("/securityContext/runAsNonroot is unknown"))
                .anyMatch(line -> line.startsWith("Deployment weir: /spec/replicas type"));
    }

    /** To write them anew: {@code -Dweir.manifests=write}. */
    @Test
    void thePlainManifestsAreWhatTheChartRenders() throws Exception {
        var rendered = new TreeMap<String, String>();
        Chart.render("{}").files()
                .forEach((name, object) -> rendered.put(name, MADE + plain(object)));
        if ("write".equals(System.getProperty("weir.manifests"))) {
            for (var file : rendered.entrySet()) {
                Files.writeString(MANIFESTS.resolve(file.getKey()), file.getValue());
            }
        }
        var there = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(MANIFESTS, "*.yaml")) {
            for (var file : files) {
                there.put(file.getFileName().toString(), Files.readString(file));
            }
        }
        assertThat(there).isEqualTo(rendered);
    }

    /** Without the labels that say that Helm owns the object. */
    private static String plain(String object) {
        return object.replaceAll(" +(app.kubernetes.io/managed-by|helm.sh/chart): .*\n", "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", """
            config:
              heartbeat: { ping: 10s, pong: 5s }
              routes:
                - { name: pool, clients: /a, workers: /b, wait: "off", compression: "on" }
            """})
    void theRelayTakesItsConfigFromTheConfigMap(String values) throws Exception {
        var config = Chart.render(values).objects("ConfigMap").getFirst()
                .at("/data").get("weir.yaml").asString();
        var file = Files.writeString(directory.resolve("weir.yaml"), config);
        var outcome = WeirCommand.run("check", file.toString());
        assertThat(outcome.exitCode()).as("%s", outcome).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {}                                                           | 65
            preStopSeconds: 30                                           | 90
            config: { drain: { deadline: 10m } }                         | 635
            config: { drain: { deadline: 1h, jitter: 1500ms } }          | 3632
            config: { drain: { ready-delay: 10s } }                      | 75
            config: { drain: { deadline: "off", jitter: "off" } }        | 30
            config: { listen: { close-deadline: 1m } }                   | 175
            config: { routes: [{ name: a, clients: /a, write-deadline: 40s }, { name: c, clients: /c }] } | 95
            terminationGracePeriodSeconds: 100                           | 100
            """)
    void aPodHasTheTimeThatItsDrainMayTake(String values, int seconds) throws Exception {
        assertThat(Chart.render(values).pod().path("terminationGracePeriodSeconds").asInt())
                .isEqualTo(seconds);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            terminationGracePeriodSeconds: 64             | take up to 65 s
            config: { drain: { deadline: off } }          | deadline
            config: { drain: { deadline: soon } }         | deadline
            config: { drain: { dedline: 1s } }            | dedline
            config: { listen: { port: 80 } }              | listen
            config: { admin: { port: 80 } }               | admin
            config: { routes: [] }                        | routes
            workerAutoscaling: { enabled: true }          | which Deployment has the workers?
            preStopSeconds: 0                             | preStopSeconds
            podDisruptionBudget: { maxUnavailable: 0 }    | maxUnavailable
            replica: 2                                    | replica
            """)
    void valuesThatCannotWorkAreRefusedByName(String values, String named) {
        assertThatThrownBy(() -> Chart.render(values))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(named);
    }

    @Test
    void aPodHasNoRightThatItDoesNotNeed() throws IOException {
        var pod = Chart.render("{}").pod();
        var container = pod.at("/containers/0/securityContext");
        assertThat(pod.path("automountServiceAccountToken").asBoolean(true)).isFalse();
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/runAsUser").asInt()).isEqualTo(10001);
        assertThat(pod.at("/securityContext/seccompProfile/type").asString())
                .isEqualTo("RuntimeDefault");
        assertThat(container.path("readOnlyRootFilesystem").asBoolean()).isTrue();
        assertThat(container.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
        assertThat(container.at("/capabilities/drop/0").asString()).isEqualTo("ALL");
        assertThat(Chart.render("{}").objects("NetworkPolicy").getFirst().at("/spec/egress"))
                .isEmpty();
    }

    @Test
    void aPodMonitorBringsTheTokenThatTheRelayAsksFor() throws IOException {
        var chart = Chart.render("""
                podMonitor: { enabled: true }
                adminToken: { secret: mine, key: admin }
                """);
        var credentials = chart.objects("PodMonitor").getFirst()
                .at("/spec/podMetricsEndpoints/0/authorization/credentials");
        assertThat(credentials.path("name").asString()).isEqualTo("mine");
        assertThat(credentials.path("key").asString()).isEqualTo("admin");
        assertThat(chart.pod().at("/volumes/1/secret/secretName").asString()).isEqualTo("mine");
        assertThat(chart.pod().at("/containers/0/env").toString())
                .contains("file:/run/secrets/weir/admin");
    }

    /** What the pod gives to the relay makes it ask for the token, and for that one. */
    @Test
    void aRelayWithTheEnvironmentOfAPodAsksForTheTokenOfTheSecret() throws Exception {
        var chart = Chart.render("{}");
        var container = chart.pod().at("/containers/0");
        var mount = container.path("volumeMounts").valueStream()
                .filter(each -> each.path("name").asString().equals("admin-token"))
                .findFirst().orElseThrow().path("mountPath").asString();
        Files.writeString(directory.resolve("token"), "0123456789-abcdef\n");
        var environment = new HashMap<String, String>();
        container.path("env").forEach(variable -> environment.put(
                variable.path("name").asString(),
                variable.path("value").asString().replace(mount, directory.toString())));
        assertThat(environment).containsEntry("WEIR_ADMIN_HOST", "0.0.0.0")
                .containsEntry("WEIR_ADMIN_TOKEN", "file:" + directory.resolve("token"));
        var config = chart.objects("ConfigMap").getFirst()
                .at("/data").get("weir.yaml").asString();

        try (var weir = WeirProcess.startWith(environment, config)) {
            assertThat(weir.admin().get("/livez").status()).isEqualTo(200);
            assertThat(weir.admin().get("/readyz").status()).isEqualTo(200);
            assertThat(weir.admin().get("/sessions").status()).isEqualTo(401);
            var admin = weir.admin().base().toString();
            assertThat(WeirCommand.run(Map.of(), "doctor", admin).exitCode()).isEqualTo(3);
            assertThat(WeirCommand.run(
                            Map.of("WEIR_ADMIN_TOKEN", environment.get("WEIR_ADMIN_TOKEN")),
                            "doctor", admin)
                    .text()).contains("The relay at " + admin);
        }
    }

    @Test
    void aPodGetsTheSecretThatItIsTold() throws IOException {
        var pod = Chart.render("adminToken: { secret: other, key: admin }").pod();
        var variable = pod.at("/containers/0/env").valueStream()
                .filter(each -> each.path("name").asString().equals("WEIR_ADMIN_TOKEN"))
                .findFirst().orElseThrow();
        assertThat(variable.path("value").asString()).isEqualTo("file:/run/secrets/weir/admin");
        assertThat(pod.path("volumes").valueStream()
                        .map(volume -> volume.at("/secret/secretName").asString("")))
                .contains("other");
    }

    @Test
    void aChangeOfTheConfigRestartsOnlyWhereThatIsAskedFor() throws IOException {
        var before = Chart.render("config: { drain: { jitter: 1s } }").pod();
        var after = Chart.render("config: { drain: { jitter: 1s }, limits: { connections: 5 } }")
                .pod();
        assertThat(after).isEqualTo(before);
        var checksum = "/spec/template/metadata/annotations";
        assertThat(Chart.render(EVERYTHING).objects("Deployment").getFirst().at(checksum))
                .anySatisfy(value -> assertThat(value.asString()).hasSize(64));
    }
}
