import module java.base;

/**
 * Writes a script that starts the packaged relay with the JDK that runs this program, which is the
 * one that Maven's toolchain found: {@code java} on the PATH may be older. A script rather than a
 * Maven goal, so that Ctrl-C reaches the relay alone and the prompt comes back when it has drained.
 */
void main(String[] args) throws IOException {
    Path script = Path.of(args[0]);
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Files.writeString(script, """
            #!/bin/sh
            # Written by the build: starts the relay beside it with the JDK that built it.
            here=$(dirname -- "$0")
            # "weir train" makes a cache for faster starts, which fits this very jar alone.
            if [ "${1-}" = train ]; then
                cache=-XX:AOTCacheOutput=$here/weir.aot
            elif [ "$here/weir.aot" -nt "$here/weir.jar" ]; then
                cache=-XX:AOTCache=$here/weir.aot
            fi
            # The collector is named because a JVM that sees one core would choose the serial one;
            # why the rest: ops/deploy/jvm.options.
            exec '%s' -XX:+UseG1GC -XX:+UseCompactObjectHeaders \\
                -XX:MaxNewSize=24m -XX:GCTimeRatio=2 ${cache:+"$cache"} -jar "$here/weir.jar" "$@"
            """.formatted(java));
    if (!script.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + script + " executable");
    }
}
