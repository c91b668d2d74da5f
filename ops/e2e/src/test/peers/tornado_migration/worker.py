"""The same application as a worker: it dials in instead of listening.  usage: worker.py URL"""

import asyncio
import sys

from handler import answer
from tornado.websocket import websocket_connect


async def main(url):
    connection = await websocket_connect(url)
    while (message := await connection.read_message()) is not None:
        if message == "goodbye":
            connection.close(4002, "goodbye to you")
        else:
            await connection.write_message(answer(message), binary=isinstance(message, bytes))


asyncio.run(main(sys.argv[1]))
