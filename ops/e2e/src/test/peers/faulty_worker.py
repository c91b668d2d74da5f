#!/usr/bin/env python3
"""A worker that echoes every message, and misbehaves when it is told to.

    faulty_worker.py http|websocket PORT LEDGER

Bare sockets, so that it can also break the protocol. It appends every message that it has done
its work for, and its id where there is one, to the file LEDGER before it answers, so that nothing
of that is lost with it. A line on standard input sets how it behaves from now on:

    well    echoes
    slow    echoes after 400 ms
    fails   HTTP: 500. WebSocket: closes with 1011
    cuts    sends the first bytes of the answer, then drops the connection
    hangs   takes connections and reads, never answers
"""
import base64
import hashlib
import os
import socket
import struct
import sys
import threading
import time

SLOW_SECONDS = 0.4
mode = "well"
ledger = -1


def done(message, identity=""):
    os.write(ledger, message + b" " + identity.encode() + b"\n")


def hang(stream):
    while stream.read(4096):
        pass


def lines(stream):
    """Yields the first line and the headers of one request, names in lower case."""
    first = stream.readline().decode()
    headers = {}
    for line in iter(stream.readline, b"\r\n"):
        if not line:
            return "", {}
        name, _, value = line.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    return first, headers


def http(connection, stream):
    while True:
        first, headers = lines(stream)
        if not first:
            return
        body = stream.read(int(headers.get("content-length", "0")))
        behaviour = mode
        if behaviour == "hangs":
            hang(stream)
        elif behaviour == "fails":
            connection.sendall(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")
        elif first.startswith("POST"):
            if behaviour == "slow":
                time.sleep(SLOW_SECONDS)
            done(body, headers.get("ce-id", ""))
            answer = (f"HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n"
                      f"Content-Length: {len(body)}\r\n\r\n").encode() + body
            if behaviour == "cuts":
                connection.sendall(answer[:-1])
                return
            connection.sendall(answer)
        else:
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")


def frame(stream):
    """Reads one whole frame of at most 64 KiB, which is always masked."""
    head = stream.read(2)
    if len(head) < 2:
        return 8, b""
    length = head[1] & 0x7F
    if length == 126:
        length = struct.unpack(">H", stream.read(2))[0]
    mask = stream.read(4)
    payload = stream.read(length)
    return head[0] & 0xF, bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


def websocket(connection, stream):
    _, headers = lines(stream)
    if mode == "hangs":
        hang(stream)
        return
    if "sec-websocket-key" not in headers:  # Somebody asks whether it is there.
        connection.sendall(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\n\r\n")
        return
    key = headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()
    connection.sendall(("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n").encode())
    while True:
        opcode, payload = frame(stream)
        if mode == "hangs":
            hang(stream)
            return
        if opcode == 8:
            connection.sendall(bytes([0x88, len(payload)]) + payload)
            return
        if opcode == 9:
            connection.sendall(bytes([0x8A, len(payload)]) + payload)
        elif opcode in (1, 2):
            if mode == "fails":
                connection.sendall(b"\x88\x02" + struct.pack(">H", 1011))
                return
            if mode == "slow":
                time.sleep(SLOW_SECONDS)
            done(payload)
            answer = bytes([0x80 | opcode, len(payload)]) + payload
            if mode == "cuts":
                connection.sendall(answer[:-1])
                return
            connection.sendall(answer)


def serve(protocol, connection):
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection, connection.makefile("rb") as stream:
            protocol(connection, stream)
    except OSError:
        pass  # The relay dropped it.


def listen(protocol, port):
    server = socket.create_server(("127.0.0.1", port), backlog=4096)
    print("ready", flush=True)
    while True:
        connection, _ = server.accept()
        threading.Thread(target=serve, args=(protocol, connection), daemon=True).start()


def main():
    global mode, ledger
    protocol = {"http": http, "websocket": websocket}[sys.argv[1]]
    ledger = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    threading.Thread(target=listen, args=(protocol, int(sys.argv[2])), daemon=True).start()
    for line in sys.stdin:
        mode = line.strip()
        print("now", mode, flush=True)


if __name__ == "__main__":
    main()
