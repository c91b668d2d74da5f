package dev.weir.ops.systemd;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can go wrong; that it works is shown against a real socket in the end-to-end tests. */
class NotifySocketTest {

    private static final int ENOENT = 2;

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "@", "run/notify", "vsock:2:1234"})
    void anAddressThatIsNoneIsRefused(String address) {
        assertThatThrownBy(() -> new NotifySocket(address))
                .isInstanceOf(IOException.class)
                .hasMessage("neither a path nor an abstract socket");
    }

    @Test
    void anAddressThatIsTooLongIsRefused() {
        assertThatThrownBy(() -> new NotifySocket("/" + "x".repeat(107)))
                .isInstanceOf(IOException.class)
                .hasMessage("longer than a socket's address may be");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void aSocketWhereNobodyListensIsAnErrorOfTheSystem(@TempDir Path folder) throws Exception {
        NotifySocket nobody = new NotifySocket(folder.resolve("notify").toString());
        assertThatThrownBy(() -> nobody.send("READY=1"))
                .isInstanceOf(IOException.class)
                .hasMessage("sendto: error " + ENOENT);
    }
}
