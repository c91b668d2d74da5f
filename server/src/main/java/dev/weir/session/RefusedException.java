package dev.weir.session;

/** A handshake that is refused. Has no stack trace: hostile peers must not make us pay for one. */
public final class RefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    /** A refusal of that kind. */
    public RefusedException(Refusal refusal) {
        super(refusal.text(), null, false, false);
        this.refusal = refusal;
    }

    /** {@return the kind} */
    public Refusal refusal() {
        return refusal;
    }
}
