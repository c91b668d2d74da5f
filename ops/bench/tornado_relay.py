"""A relay as it is usually written with Tornado: two dictionaries and write_message.

usage: tornado_relay.py PORT [--await]
  --await  wait for write_message, so that a slow receiver holds its sender back
"""

import asyncio
import sys

import tornado.web
import tornado.websocket

# Tornado judges a peer when it sends the next ping: a pong time of no more than the ping's own
# closes healthy peers too. With these a silent one is found after six seconds.
PING_SECONDS, PONG_SECONDS = 2, 5
clients, workers = {}, {}


class Peer(tornado.websocket.WebSocketHandler):
    def initialize(self, mine, others):
        self.mine, self.others = mine, others

    def check_origin(self, origin):
        return True

    def open(self, key):
        self.set_nodelay(True)
        self.key = key
        self.mine[key] = self

    async def on_message(self, message):
        other = self.others.get(self.key)
        if other is None:
            return
        try:
            sent = other.write_message(message, binary=isinstance(message, bytes))
            if "--await" in sys.argv:
                await sent
        except tornado.websocket.WebSocketClosedError:
            pass

    def on_close(self):
        if self.mine.get(self.key) is self:
            del self.mine[self.key]
        other = self.others.get(self.key)
        if other is not None:
            other.close(1001)


async def main():
    app = tornado.web.Application(
        [
            (r"/client/([^/]+)", Peer, {"mine": clients, "others": workers}),
            (r"/worker/([^/]+)", Peer, {"mine": workers, "others": clients}),
        ],
        websocket_ping_interval=PING_SECONDS,
        websocket_ping_timeout=PONG_SECONDS,
        log_function=lambda handler: None,
    )
    app.listen(int(sys.argv[1]), "127.0.0.1", backlog=1024)
    await asyncio.Event().wait()


asyncio.run(main())
