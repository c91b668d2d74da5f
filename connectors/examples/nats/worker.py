#!/usr/bin/env python3
"""A worker behind Weir and NATS: answers each message in capitals, and again a little later.

Needs no library, NATS is lines of text. Start as many as you like: worker.py 127.0.0.1:4222
"""
import socket
import sys
import threading

connection = socket.create_connection(sys.argv[1].split(":"))
lines = connection.makefile("rb")
connection.sendall(b'CONNECT {"verbose":false,"headers":true}\r\n'
                   b"SUB orders.* workers 1\r\nPING\r\n")  # "workers": they share the messages


def publish(subject, body):
    connection.sendall(b"PUB %s %d\r\n%s\r\n" % (subject, len(body), body))


for line in lines:
    words = line.split()
    if words[0] == b"HMSG":  # subject, subscription, reply subject, bytes of headers, of all
        message = lines.read(int(words[5]) + 2)[:-2]
        inbox = message.split(b"ce-weirreply:")[1].split(b"\r\n")[0].strip()
        publish(words[3], message[int(words[4]):].upper())
        threading.Timer(0.5, publish, (inbox, b"still there?")).start()  # at any time
    elif words[0] == b"PING":
        connection.sendall(b"PONG\r\n")
    elif words[0] == b"PONG":
        print("ready", flush=True)
