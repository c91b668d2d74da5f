#!/usr/bin/env python3
"""A worker behind NATS that echoes every message, and misbehaves when it is told to.

    faulty_nats_worker.py PORT SUBJECT LEDGER

It connects again when the server is gone. It appends every message that it has done its work for,
and its id, to the file LEDGER before it answers. A line on standard input sets how it behaves from now on:

    well    echoes
    slow    echoes after 400 ms
    fails   is not subscribed: there is no responder
"""
import os
import socket
import sys
import threading
import time

SLOW_SECONDS = 0.4
mode = "well"
subject = sys.argv[2]
ledger = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def identity(headers):
    for line in headers.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"ce-id":
            return value.strip()
    return b""


def work(headers, message):
    if mode == "slow":
        time.sleep(SLOW_SECONDS)
    os.write(ledger, message + b" " + identity(headers) + b"\n")


def nats(port):
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.settimeout(0.05)
        connection.sendall(b'CONNECT {"verbose":false,"headers":true}\r\nPING\r\n')
        buffer = b""
        subscribed = False
        while True:
            if subscribed != (mode != "fails"):
                subscribed = not subscribed
                connection.sendall(
                    b"SUB %s workers 1\r\n" % subject.encode() if subscribed else b"UNSUB 1\r\n")
            try:
                received = connection.recv(65536)
                if not received:
                    return
                buffer += received
            except TimeoutError:
                pass
            while b"\r\n" in buffer:
                line, rest = buffer.split(b"\r\n", 1)
                words = line.split()
                if words and words[0] == b"HMSG":  # subject, sid, reply, bytes of headers, of all
                    head, size = int(words[-2]), int(words[-1])
                    if len(rest) < size + 2:
                        break
                    headers, message, rest = rest[:head], rest[head:size], rest[size + 2:]
                    work(headers, message)
                    connection.sendall(b"PUB %s %d\r\n%s\r\n" % (words[3], len(message), message))
                elif words and words[0] == b"PING":
                    connection.sendall(b"PONG\r\n")
                elif words and words[0] == b"PONG":
                    print("ready", flush=True)
                buffer = rest


def keep_connected(port):
    while True:
        try:
            nats(port)
        except OSError as e:  # The server is gone, and will be back.
            print(repr(e), file=sys.stderr, flush=True)
        time.sleep(0.1)


threading.Thread(target=keep_connected, args=(int(sys.argv[1]),), daemon=True).start()
for line in sys.stdin:
    mode = line.strip()
    time.sleep(0.2)  # Until it has unsubscribed, or subscribed again.
    print("now", mode, flush=True)
