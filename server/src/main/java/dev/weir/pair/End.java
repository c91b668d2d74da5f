package dev.weir.pair;

/**
 * How a session ended.
 *
 * @param side which side it was
 * @param reason why
 * @param close what the peer said ({@link CloseReason#CLOSED}) or was told
 */
public record End(Side side, CloseReason reason, Close close) {

    /** An end with the usual close code of its reason. */
    public End(Side side, CloseReason reason) {
        this(side, reason, reason.close());
    }

    /**
     * {@return how the other side of the pair ends because of this}
     *
     * <p>A peer's own words are passed on where that is legal. What a side did wrong is told to it
     * alone: the innocent side hears that its partner went away, or that the worker failed.
     */
    public End forOtherSide() {
        Side other = side.other();
        return switch (reason) {
            case CLOSED ->
                    close.mayBeSent()
                            ? new End(other, CloseReason.PARTNER_CLOSED, close)
                            : new End(other, CloseReason.PARTNER_GONE);
            case DRAIN -> new End(other, CloseReason.DRAIN);
            case OPERATOR -> new End(other, CloseReason.OPERATOR);
            case IDLE -> new End(other, CloseReason.IDLE);
            case WAIT_EXPIRED,
                    SERVICE_FAILED,
                    SERVICE_OPEN,
                    SERVICE_REFUSED,
                    TOO_MANY_REPLIES ->
                    new End(other, reason);
            default ->
                    new End(
                            other,
                            other == Side.CLIENT
                                    ? CloseReason.WORKER_FAILED
                                    : CloseReason.PARTNER_GONE);
        };
    }
}
