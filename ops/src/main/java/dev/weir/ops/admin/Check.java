package dev.weir.ops.admin;

/**
 * The outcome of one health check.
 *
 * @param passed whether all is well
 * @param detail what a person should know, empty when there is nothing to add
 */
public record Check(boolean passed, String detail) {

    /** All is well. */
    public static Check passing() {
        return new Check(true, "");
    }

    /** All is well, and there is something to tell. */
    public static Check passing(String detail) {
        return new Check(true, detail);
    }

    /** Not well; {@code detail} is the reason. */
    public static Check failing(String detail) {
        return new Check(false, detail);
    }
}
