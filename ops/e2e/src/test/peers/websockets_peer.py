"""Python `websockets`, driven by the end-to-end tests. The line protocol is in README.md."""

import websockets

from line_protocol import Connection, base64_of, emit, received, serve


# Both its APIs are spoken: Debian 12 has version 10, from 14 on there is a new one.
def status_of(refused):
    return getattr(refused, "status_code", None) or refused.response.status_code


def headers_of(socket):
    return getattr(socket, "response_headers", None) or socket.response.headers


class WebsocketsConnection(Connection):
    async def open(self, url, subprotocols):
        try:
            self.socket = await websockets.connect(
                url, subprotocols=subprotocols or None, max_size=64 << 20)
        except websockets.InvalidHandshake as refused:
            emit(self.name, "refused", status=status_of(refused))
            return False
        emit(self.name, "open", subprotocol=self.socket.subprotocol or "",
             session=headers_of(self.socket).get("Weir-Session"))
        return True

    async def read(self):
        try:
            async for message in self.socket:
                received(self.name, message)
        except websockets.ConnectionClosed:
            pass
        emit(self.name, "closed", code=self.socket.close_code, reason=self.socket.close_reason)

    async def send(self, payload):
        await self.socket.send(payload)

    async def fragments(self, fragments):
        await self.socket.send(fragments)

    async def ping(self, data):
        pong = await self.socket.ping(data)
        await pong
        emit(self.name, "pong", data=base64_of(data))

    async def close(self, code, reason):
        # Its close() waits for the answer, and always sends a code: 1000 unless told otherwise.
        await self.socket.close(1000 if code is None else code, reason)

    async def abort(self):
        self.socket.transport.abort()


serve("websockets", websockets.__version__, WebsocketsConnection)
