package dev.weir.pair;

import dev.weir.config.Assign;
import dev.weir.config.MessageConfig;
import dev.weir.config.OnClientGone;
import dev.weir.config.OnDuplicate;
import dev.weir.config.OnWorkerLost;
import dev.weir.config.QueueConfig;
import dev.weir.config.RouteConfig;
import dev.weir.config.WhenOpen;
import dev.weir.config.RouteConfig.WaitingRoom;
import java.time.Duration;
import java.util.List;

/** A route for tests: the defaults, but for what a test changes. */
public final class TestRoute {

    private Assign assign = Assign.ROUND_ROBIN;
    private Duration clientWait = Duration.ofSeconds(30);
    private WaitingRoom waitingRoom = WaitingRoom.defaults();
    private OnClientGone onClientGone = OnClientGone.CLOSE;
    private OnWorkerLost onWorkerLost = OnWorkerLost.CLOSE;
    private OnDuplicate onDuplicate = OnDuplicate.REJECT;
    private QueueConfig queue = QueueConfig.defaults();
    private MessageConfig message = MessageConfig.defaults();
    private Duration idle = Duration.ZERO;

    public TestRoute assign(Assign value) {
        assign = value;
        return this;
    }

    public TestRoute clientWait(Duration value) {
        clientWait = value;
        return this;
    }

    public TestRoute waitingRoom(int clients, int workers, Duration workerWait) {
        waitingRoom = new WaitingRoom(clients, workers, workerWait);
        return this;
    }

    public TestRoute onClientGone(OnClientGone value) {
        onClientGone = value;
        return this;
    }

    public TestRoute onWorkerLost(OnWorkerLost value) {
        onWorkerLost = value;
        return this;
    }

    public TestRoute onDuplicate(OnDuplicate value) {
        onDuplicate = value;
        return this;
    }

    public TestRoute queue(QueueConfig value) {
        queue = value;
        return this;
    }

    public TestRoute message(MessageConfig value) {
        message = value;
        return this;
    }

    public TestRoute idle(Duration value) {
        idle = value;
        return this;
    }

    /** {@return the route} */
    public RouteConfig build() {
        return new RouteConfig(
                "test",
                "/client/{key}",
                "/worker/{key}",
                "",
                WhenOpen.REJECT,
                "",
                "",
                List.of(),
                assign,
                clientWait,
                waitingRoom,
                onClientGone,
                onWorkerLost,
                onDuplicate,
                List.of(),
                List.of(),
                queue,
                message,
                Duration.ofSeconds(10),
                idle,
                false);
    }
}
