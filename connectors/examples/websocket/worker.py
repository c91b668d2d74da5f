"""Answers each message in capitals, as any WebSocket server does: it knows nothing of Weir.

Needs python3-websockets: worker.py 127.0.0.1:8001"""
import asyncio
import sys
import websockets

async def serve(socket):
    path = getattr(socket, "path", None) or socket.request.path  # before and since websockets 14
    await socket.send(f"hello, {path.rpartition('/')[2]}")
    async for message in socket:
        if message == "bye":
            return await socket.close(4001, "see you")
        else:
            await socket.send(message.upper())

async def main():
    host, port = sys.argv[1].split(":")
    async with websockets.serve(serve, host, int(port), subprotocols=["robots.v1"]):
        print("ready", flush=True)
        await asyncio.Future()

asyncio.run(main())
