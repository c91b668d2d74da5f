"""Tornado's WebSocket client, driven by the end-to-end tests. The line protocol is in README.md."""

import tornado
from tornado.httpclient import HTTPClientError
from tornado.websocket import WebSocketClosedError, websocket_connect

from line_protocol import Connection, base64_of, emit, received, serve


class TornadoConnection(Connection):
    async def open(self, url, subprotocols):
        try:
            self.socket = await websocket_connect(
                url, subprotocols=subprotocols or None, max_message_size=64 << 20)
        except HTTPClientError as refused:
            emit(self.name, "refused", status=refused.code)
            return False
        self.socket.on_pong = lambda data: emit(self.name, "pong", data=base64_of(data))
        emit(self.name, "open", subprotocol=self.socket.selected_subprotocol or "",
             session=self.socket.headers.get("Weir-Session"))
        return True

    async def read(self):
        while (message := await self.socket.read_message()) is not None:
            received(self.name, message)
        # Tornado shows no difference between an empty close frame and a lost connection.
        emit(self.name, "closed", code=self.socket.close_code or 1005,
             reason=self.socket.close_reason or "")

    async def send(self, payload):
        try:
            await self.socket.write_message(payload, binary=isinstance(payload, bytes))
        except WebSocketClosedError:
            emit(self.name, "error", detail="closed while sending")

    async def ping(self, data):
        self.socket.ping(data)

    async def close(self, code, reason):
        self.socket.close(code, reason or None)

    async def abort(self):
        self.socket.protocol.stream.close()


serve("tornado", tornado.version, TornadoConnection)
