package dev.weir.cli;

/** What the process exits with. */
final class ExitCode {

    static final int OK = 0;

    /** It could not start, or something went wrong. */
    static final int FAILURE = 1;

    /** The configuration or the command line is wrong: EX_CONFIG of sysexits.h. */
    static final int CONFIG = 78;

    /** A signal ended it at once: this plus the signal's number, as shells have it. */
    static final int SIGNAL = 128;

    private ExitCode() {}
}
