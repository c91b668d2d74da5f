package dev.weir.e2e.faults;

/** What goes wrong with a service. */
enum Fault {
    DOWN_AT_START("down at start"),
    REFUSES("refuses connections"),
    HANGS("hangs"),
    SLOW("answers slowly"),
    FAILS("500s or nacks"),
    CUTS("cuts the answer"),
    DIES("dies -9, returns"),
    FLAPS("flaps");

    private final String title;

    Fault(String title) {
        this.title = title;
    }

    /** {@return its name in the table} */
    String title() {
        return title;
    }
}
