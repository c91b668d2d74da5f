package dev.weir.connectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InventoryTest {

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aNewThreadIsSeen(boolean virtual) throws Exception {
        Inventory before = Inventory.take(0);
        CountDownLatch end = new CountDownLatch(1);
        Thread.Builder builder = virtual ? Thread.ofVirtual() : Thread.ofPlatform();
        Thread thread = builder.name("a-leak").start(() -> {
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        assertThat(Inventory.take(0).newThreads(before)).containsValue("a-leak");
        end.countDown();
        thread.join();
        assertThat(Inventory.take(0).newThreads(before)).isEmpty();
    }

    @Test
    void aNewConnectionIsSeen() throws Exception {
        try (BlackHole hole = BlackHole.open()) {
            long before = Inventory.take(hole.port()).connections();
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), hole.port())) {
                assertThat(socket.isConnected()).isTrue();
                assertThat(Inventory.take(hole.port()).connections()).isEqualTo(before + 1);
            }
        }
    }
}
