package dev.weir.e2e;

import java.io.IOException;

/** The signals that an operator sends. */
enum Signal {
    TERM,
    INT,
    HUP,
    STOP;

    void sendTo(Process process) throws IOException, InterruptedException {
        var kill = new ProcessBuilder("kill", "-s", name(), String.valueOf(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill could not send " + name());
        }
    }
}
