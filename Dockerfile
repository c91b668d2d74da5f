# Build:  docker build -t weir .
# Run:    docker run --rm -p 8080:8080 weir
# Config: docker run --rm -p 8080:8080 -v "$PWD/weir.yaml:/etc/weir/weir.yaml:ro" weir --config /etc/weir/weir.yaml
# Stop:   docker stop --time 45: SIGTERM drains, which takes up to drain.deadline (30 s), and Docker waits 10 s by default.

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/root/.m2 mvn -B -DskipTests package -pl server -am

FROM eclipse-temurin:25-jre
COPY --from=build /src/server/target/weir.jar /opt/weir/weir.jar

# No name is needed: Weir writes no file and starts no shell.
USER 10001:10001

# Clients and workers. The admin server stays on the container's loopback.
EXPOSE 8080

# What `weir health` asks, without the half second of CPU that starting a second JVM costs each time.
HEALTHCHECK --interval=10s --timeout=3s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${WEIR_ADMIN_PORT:-9090} && printf 'GET /livez HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r status <&3 && [[ $status == *' 200 '* ]]"]

# Exec form: the JVM is process 1 and gets the signals.
# The collector is named because a JVM that sees one core would choose the serial one, whose pauses
# clients feel. The heap leaves a third of the memory to socket buffers, direct buffers and the JVM.
# Out of memory ends the process, so that whoever supervises it starts a fresh one.
# (jdk.virtualThreadScheduler.parallelism is set by the launcher: one for each core, never below 2.)
ENTRYPOINT ["java", "-XX:+UseG1GC", "-XX:MaxRAMPercentage=66", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/weir/weir.jar"]
