package dev.weir.config;

/** A text that no log, no error and no page shows. Empty when there is none. */
public final class Secret {

    private static final Secret NONE = new Secret("");

    private final String value;

    private Secret(String value) {
        this.value = value;
    }

    /** {@return the secret of that text} */
    public static Secret of(String value) {
        return value.isEmpty() ? NONE : new Secret(value);
    }

    /** {@return no secret at all} */
    public static Secret none() {
        return NONE;
    }

    /** {@return whether there is one} */
    public boolean isSet() {
        return !value.isEmpty();
    }

    /** {@return the text itself; whoever asks for it must not show it} */
    public String reveal() {
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** {@return a text that stands for any secret} */
    @Override
    public String toString() {
        return isSet() ? "(secret)" : "(none)";
    }
}
