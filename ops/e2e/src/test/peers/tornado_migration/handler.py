"""A Tornado application as there are many: it answers its clients in a WebSocketHandler."""

import asyncio

from tornado.web import Application
from tornado.websocket import WebSocketHandler


def answer(message):
    return message.upper() if isinstance(message, str) else message[::-1]


class AnswerHandler(WebSocketHandler):
    def on_message(self, message):
        if message == "goodbye":
            self.close(4002, "goodbye to you")
        else:
            self.write_message(answer(message), binary=isinstance(message, bytes))


async def main():
    server = Application([(r"/client/.*", AnswerHandler)]).listen(0, "127.0.0.1")
    port = next(iter(server._sockets.values())).getsockname()[1]
    print(f"ws://127.0.0.1:{port}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
