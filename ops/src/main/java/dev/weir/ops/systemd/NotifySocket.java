package dev.weir.ops.systemd;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;

/**
 * The datagram socket of a service manager, as {@code sd_notify(3)} writes to it. The JDK has Unix
 * sockets for streams only, so this calls the four functions of the C library itself. Linux on
 * 64 bits. Thread-safe; for platform threads, because a call pins a virtual one.
 */
final class NotifySocket {

    // <sys/socket.h> of Linux on x86-64 and AArch64.
    private static final short AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final int MSG_NOSIGNAL = 0x4000;

    /** Of {@code sun_path}, of which the last byte of a path in the file system is the NUL. */
    private static final int PATH_MAX = 108;

    /** The receiver's queue may be full; a service manager that hangs must not hang us, too. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(1);

    private static final StructLayout ERROR = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            ERROR.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private final byte[] path;
    private final MethodHandle socket;
    private final MethodHandle setsockopt;
    private final MethodHandle sendto;
    private final MethodHandle close;

    /**
     * The socket at this address.
     *
     * @param address as in {@code NOTIFY_SOCKET}: an absolute path, or {@code @} and an abstract
     *     name
     * @throws IOException when it is neither, or this system has no such sockets
     */
    NotifySocket(String address) throws IOException {
        this.path = path(address);
        try {
            this.socket = function("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT);
            this.setsockopt = function(
                    "setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
            this.sendto = function(
                    "sendto", JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT);
            this.close = function("close", JAVA_INT, JAVA_INT);
        } catch (UnsupportedOperationException | IllegalCallerException e) {
            throw new IOException("native functions cannot be called here", e);
        }
    }

    private static byte[] path(String address) throws IOException {
        byte[] name = address.getBytes(StandardCharsets.UTF_8);
        boolean abstractName = address.startsWith("@");
        if (name.length < 2 || !(abstractName || address.startsWith("/"))) {
            throw new IOException("neither a path nor an abstract socket");
        }
        if (name.length > (abstractName ? PATH_MAX : PATH_MAX - 1)) {
            throw new IOException("longer than a socket's address may be");
        }
        if (abstractName) {
            name[0] = 0;
            return name;
        }
        return Arrays.copyOf(name, name.length + 1);
    }

    @SuppressWarnings("restricted") // The manifest of the jar allows it: Enable-Native-Access.
    private static MethodHandle function(
            String name, MemoryLayout result, MemoryLayout... parameters) throws IOException {
        Linker linker = Linker.nativeLinker();
        MemorySegment address = linker.defaultLookup().find(name)
                .orElseThrow(() -> new IOException("the C library has no " + name));
        return linker.downcallHandle(
                address,
                FunctionDescriptor.of(result, parameters),
                Linker.Option.captureCallState("errno"));
    }

    /**
     * Sends one datagram; waits for room at most a second.
     *
     * @param state lines such as {@code READY=1}
     */
    void send(String state) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment error = arena.allocate(ERROR);
            int descriptor =
                    (int) socket.invokeExact(error, (int) AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            check("socket", descriptor, error);
            try {
                MemorySegment timeout = arena.allocateFrom(JAVA_LONG, SEND_TIMEOUT.toSeconds(), 0);
                int set = (int) setsockopt.invokeExact(
                        error, descriptor, SOL_SOCKET, SO_SNDTIMEO, timeout,
                        (int) timeout.byteSize());
                check("setsockopt", set, error);
                MemorySegment address = address(arena);
                MemorySegment datagram =
                        arena.allocateFrom(JAVA_BYTE, state.getBytes(StandardCharsets.UTF_8));
                long sent = (long) sendto.invokeExact(
                        error, descriptor, datagram, datagram.byteSize(), MSG_NOSIGNAL, address,
                        (int) address.byteSize());
                check("sendto", sent, error);
            } finally {
                int _ = (int) close.invokeExact(error, descriptor);
            }
        } catch (IOException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new AssertionError("a C function throws nothing", e);
        }
    }

    /** A {@code sockaddr_un} of exactly the length of its path: an abstract name has no NUL. */
    private MemorySegment address(Arena arena) {
        MemorySegment address = arena.allocate(Short.BYTES + path.length, Short.BYTES);
        address.set(JAVA_SHORT, 0, AF_UNIX);
        MemorySegment.copy(path, 0, address, JAVA_BYTE, Short.BYTES, path.length);
        return address;
    }

    private static void check(String function, long result, MemorySegment error)
            throws IOException {
        if (result < 0) {
            throw new IOException(function + ": error " + (int) ERRNO.get(error, 0L));
        }
    }
}
