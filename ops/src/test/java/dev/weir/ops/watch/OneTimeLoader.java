package dev.weir.ops.watch;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.locks.LockSupport;

/** Loads {@link Slow} anew each time, so that its initialiser, which waits, runs each time. */
final class OneTimeLoader extends ClassLoader {

    /** Its initialiser waits: a virtual thread cannot leave its carrier then. */
    static final class Slow {
        static {
            LockSupport.parkNanos(60_000_000);
        }

        private Slow() {}
    }

    OneTimeLoader() {
        super(OneTimeLoader.class.getClassLoader());
    }

    void load() throws ReflectiveOperationException {
        Class.forName(Slow.class.getName(), true, this);
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.equals(Slow.class.getName())) {
            return super.loadClass(name, resolve);
        }
        try (InputStream in = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] bytes = in.readAllBytes();
            return defineClass(name, bytes, 0, bytes.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
