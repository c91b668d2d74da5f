"""The client of that application, written for it and for nothing else.  usage: client.py URL"""

import asyncio
import sys

from tornado.websocket import websocket_connect

QUESTIONS = ["hello", "grüße", "", b"\x00\x01\xff", b"", '{"n": 1}', "x" * 100_000]


async def main(url):
    connection = await websocket_connect(url)
    for question in QUESTIONS:
        await connection.write_message(question, binary=isinstance(question, bytes))
        print(repr(await connection.read_message()))
    await connection.write_message("goodbye")
    print(await connection.read_message(), connection.close_code, connection.close_reason)


asyncio.run(main(sys.argv[1]))
