package dev.weir.e2e.seed;

import java.util.List;

/** A way to be a bad peer, and how the relay has to end it. */
public enum Offence {
    STOPS_READING("client stops reading", 1001, 1013, false),
    SLEEPS("worker sleeps in its handler", 1014, 1013, false),
    VANISHES("client vanishes without FIN", 1001, 1001, false),
    INVALID_UTF8("client sends invalid UTF-8", 1001, 1007, true),
    RESERVED_OPCODE("client sends a reserved opcode", 1001, 1002, true),
    UNMASKED("client sends an unmasked frame", 1001, 1002, true);

    /** The three kinds of garbage. */
    public static final List<Offence> GARBAGE =
            List.of(INVALID_UTF8, RESERVED_OPCODE, UNMASKED);

    static final String NO_CLOSE_FRAME = "no close frame";
    static final String STILL_OPEN = "still open";
    static final String NOT_SEEN = "not seen";

    private final String title;
    private final int partnerCode;
    private final int offenderCode;
    private final boolean offenderReads;

    Offence(String title, int partnerCode, int offenderCode, boolean offenderReads) {
        this.title = title;
        this.partnerCode = partnerCode;
        this.offenderCode = offenderCode;
        this.offenderReads = offenderReads;
    }

    /**
     * How one offence ended.
     *
     * @param partner the close code that the innocent other end of the pair got, or what it saw
     * @param offender the same for the offender, once it read again
     * @param seconds from the offence until the partner was told
     */
    public record Ending(Offence offence, String partner, String offender, double seconds) {

        /**
         * Whether both sides were told what they have to be told. To an offender that read nothing
         * the close frame may never have got through; then its connection must be gone.
         */
        public boolean correct() {
            return partner.equals(Integer.toString(offence.partnerCode))
                    && (offender.equals(Integer.toString(offence.offenderCode))
                            || (!offence.offenderReads && !offender.equals(STILL_OPEN)));
        }
    }

    String title() {
        return title;
    }

    boolean isByWorker() {
        return this == SLEEPS;
    }
}
