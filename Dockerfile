# Build:  docker build -t weir .
# Run:    docker run --rm -p 8080:8080 weir
# Config: docker run --rm -p 8080:8080 -v "$PWD/weir.yaml:/etc/weir/weir.yaml:ro" weir --config /etc/weir/weir.yaml
# Strict: docker run --rm -p 8080:8080 --read-only --cap-drop ALL --security-opt no-new-privileges weir
# Stop:   docker stop --time 60: SIGTERM drains, which takes up to 55 s with the defaults, and Docker waits 10 s by default.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -Dmaven.test.skip package -pl server -am

FROM eclipse-temurin:25-jre
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Weir" \
    org.opencontainers.image.description="A WebSocket relay: brings web clients and workers together." \
    org.opencontainers.image.revision="$REVISION"

COPY --from=build /src/server/target/weir.jar /src/ops/deploy/jvm.options /opt/weir/

# The JVM watches a short life of the relay and writes down what it had to load and link: a start
# from that takes about half the time. Messages that do not come back fail the build, and so does a
# cache that this JVM with these flags would not take (AOTMode=on). When it is started with other
# flags it does without.
RUN java @/opt/weir/jvm.options -Xlog:disable -XX:AOTCacheOutput=/opt/weir/weir.aot \
        -jar /opt/weir/weir.jar train > /dev/null \
    && java @/opt/weir/jvm.options -XX:AOTMode=on -XX:AOTCache=/opt/weir/weir.aot -jar /opt/weir/weir.jar version

# No name is needed: Weir writes no file and starts no shell.
USER 10001:10001

# Clients and workers. The admin server stays on the container's loopback.
EXPOSE 8080

# What `weir health` asks, without the half second of CPU that starting a second JVM costs each time.
HEALTHCHECK --interval=10s --timeout=3s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${WEIR_ADMIN_PORT:-9090} && printf 'GET /livez HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r status <&3 && [[ $status == *' 200 '* ]]"]

# Exec form: the JVM is process 1 and gets the signals.
# (jdk.virtualThreadScheduler.parallelism is set by the launcher: one for each core, never below 2.)
ENTRYPOINT ["java", "@/opt/weir/jvm.options", "-XX:AOTCache=/opt/weir/weir.aot", "-jar", "/opt/weir/weir.jar"]
