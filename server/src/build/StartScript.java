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
            # The collector is named because a JVM that sees one core would choose the serial one.
            exec '%s' -XX:+UseG1GC -jar "$(dirname -- "$0")/weir.jar" "$@"
            """.formatted(java));
    if (!script.toFile().setExecutable(true)) {
        throw new IOException("cannot make " + script + " executable");
    }
}
