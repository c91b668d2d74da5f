package dev.weir.e2e.seed;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;

/** A pair whose one end offends, and whose other end, the partner, watches how the relay ends it. */
public final class Offender implements AutoCloseable {
    private static final int LARGE_BYTES = 16 << 10;
    private static final int LARGE_PER_SECOND = 10_000;
    private static final int SMALL_BYTES = 256;
    private static final int SMALL_PER_SECOND = 100;

    private final Offence offence;
    private final Bad bad;
    private final WsPeer partner;

    private Offender(Offence offence, Bad bad, WsPeer partner) {
        this.offence = offence;
        this.bad = bad;
        this.partner = partner;
    }

    /** The offending end: a socket of ours, or a process that can be stopped. */
    private sealed interface Bad extends AutoCloseable {
        @Override
        void close() throws IOException;
    }

    private record Here(WsPeer peer) implements Bad {
        @Override
        public void close() throws IOException {
            peer.close();
        }
    }

    private record Elsewhere(StoppableClient client) implements Bad {
        @Override
        public void close() {
            client.close();
        }
    }

    /** Connects a pair, which is one as soon as the first message came through. */
    public static Offender connect(Offence offence, Endpoints relay, String key)
            throws IOException {
        URI badUri = offence.isByWorker() ? relay.worker(key) : relay.client(key);
        URI goodUri = offence.isByWorker() ? relay.client(key) : relay.worker(key);
        WsPeer partner = WsPeer.connect(goodUri);
        try {
            Bad bad = connect(offence, badUri);
            partner.receive();
            return new Offender(offence, bad, partner);
        } catch (IOException e) {
            partner.close();
            throw e;
        }
    }

    private static Bad connect(Offence offence, URI uri) throws IOException {
        if (offence == Offence.VANISHES) {
            return new Elsewhere(StoppableClient.start(uri));
        }
        WsPeer peer = WsPeer.connect(uri);
        peer.send(WsPeer.TEXT, new byte[0]);
        return new Here(peer);
    }

    /** Offends, and waits for the end of both sides. Blocks for at most twice the patience. */
    public Offence.Ending offend(Duration patience) throws IOException, InterruptedException {
        Witness watching = new Witness(partner);
        if (bad instanceof Here(WsPeer peer)) {
            misbehave(peer, watching);
            String partnerSaw = watching.await(patience);
            String offenderSaw = new Witness(peer).await(patience);
            return new Offence.Ending(offence, partnerSaw, offenderSaw, watching.seconds());
        }
        ((Elsewhere) bad).client().stop();
        watching.keepSending(SMALL_BYTES, SMALL_PER_SECOND);
        String partnerSaw = watching.await(patience);
        return new Offence.Ending(offence, partnerSaw, Offence.NOT_SEEN, watching.seconds());
    }

    @Override
    public void close() throws IOException {
        try (partner) {
            bad.close();
        }
    }

    private void misbehave(WsPeer peer, Witness watching) throws IOException {
        switch (offence) {
            case STOPS_READING -> watching.keepSending(LARGE_BYTES, LARGE_PER_SECOND);
            case SLEEPS -> watching.keepSending(SMALL_BYTES, SMALL_PER_SECOND);
            case INVALID_UTF8 -> peer.send(WsPeer.TEXT, new byte[] {'a', (byte) 0xC3, '('});
            case RESERVED_OPCODE -> peer.frame(WsPeer.FIN | 0x3, new byte[] {1}, true);
            case UNMASKED -> peer.frame(WsPeer.FIN | WsPeer.BINARY, new byte[] {1}, false);
            case VANISHES -> throw new IllegalStateException("done by the other process");
        }
    }
}
