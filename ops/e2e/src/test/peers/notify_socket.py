"""Stands in for systemd: a Unix datagram socket that prints what it is told, a JSON string a line.

Usage: notify_socket.py ADDRESS, a path, or @ and an abstract name. Ends with its standard input.
"""

import json
import os
import select
import socket
import sys

address = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind("\0" + address[1:] if address.startswith("@") else address)
print(json.dumps("listening"), flush=True)
while True:
    readable, _, _ = select.select([receiver, sys.stdin], [], [])
    if receiver in readable:
        print(json.dumps(receiver.recv(65536).decode()), flush=True)
    elif not os.read(sys.stdin.fileno(), 1024):
        break
