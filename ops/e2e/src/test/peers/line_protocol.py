"""The Python half of the line protocol (README.md): commands from stdin, events to stdout."""

import asyncio
import base64
import hashlib
import json
import sys
import threading


def emit(conn, event, **details):
    sys.stdout.write(json.dumps({"conn": conn, "event": event, **details}) + "\n")
    sys.stdout.flush()


def base64_of(data):
    return base64.b64encode(data).decode("ascii")


def received(conn, message):
    is_text = isinstance(message, str)
    data = message.encode("utf-8") if is_text else message
    emit(conn, "message", type="text" if is_text else "binary", size=len(data),
         sha256=hashlib.sha256(data).hexdigest())


class Connection:
    """One WebSocket: commands are obeyed in order by one task, messages are read by another."""

    def __init__(self, name):
        self.name = name
        self.commands = asyncio.Queue()
        self.tasks = [asyncio.create_task(self.obey_all())]

    async def obey_all(self):
        while True:
            command = await self.commands.get()
            try:
                await self.obey(command)
            except Exception as error:  # told to the test, which decides what it means
                emit(self.name, "error", detail=repr(error))

    async def obey(self, command):
        verb = command["do"]
        if verb == "connect":
            if await self.open(command["url"], command["subprotocols"]):
                self.tasks.append(asyncio.create_task(self.read()))
        elif verb == "send":
            await self.send(payload(command["type"], command["data"]) * command["repeat"])
        elif verb == "fragments":
            await self.fragments([payload(command["type"], f) for f in command["fragments"]])
        elif verb == "ping":
            await self.ping(base64.b64decode(command["data"]))
        elif verb == "close":
            await self.close(command["code"], command["reason"])
        elif verb == "abort":
            await self.abort()
        else:
            raise ValueError(f"unknown command {verb}")


def payload(message_type, data):
    raw = base64.b64decode(data)
    return raw.decode("utf-8") if message_type == "text" else raw


def serve(name, version, connection_type):
    """Obeys every line; the end of stdin is the order to leave."""
    asyncio.run(_serve(name, version, connection_type))


async def _serve(name, version, connection_type):
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    connections = {}

    def dispatch(line):
        command = json.loads(line)
        conn = command["conn"]
        if conn not in connections:
            connections[conn] = connection_type(conn)
        connections[conn].commands.put_nowait(command)

    def read_stdin():
        for line in sys.stdin:
            loop.call_soon_threadsafe(dispatch, line)
        loop.call_soon_threadsafe(ended.set_result, None)

    threading.Thread(target=read_stdin, name="stdin", daemon=True).start()
    emit(None, "ready", name=name, version=version)
    await ended
