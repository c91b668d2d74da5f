"""Runs the unpacked image as a container engine would and shows what it promises.

Usage: prove.py CONFIG ROOT ROUNDS, in a mount and a network namespace of its own: what
"buildah inspect" says of the image, the directory that it is unpacked in, and how often to measure.

The root is mounted read-only, without /tmp; the process is number 1 of its own PID namespace, with
the image's user, environment and entry point, and without any capability.
"""

import base64
import json
import os
import signal
import socket
import statistics
import struct
import subprocess
import sys
import time

PORT = 8080
DEADLINE = 60


def mount_read_only(root):
    run("ip", "link", "set", "lo", "up")
    run("mount", "--bind", root, root)
    run("mount", "--rbind", "/dev", f"{root}/dev")
    run("mount", "-o", "remount,bind,ro", root)


def run(*command):
    subprocess.run(command, check=True)


class Container:
    """One life of the image's process."""

    def __init__(self, config, root, without=()):
        self.config, self.root = config, root
        entry = [word for word in config["Entrypoint"] if not word.startswith(tuple(without))]
        self.started = time.monotonic()
        self.engine = subprocess.Popen(
            ["unshare", "--pid", "--fork", "--kill-child", *self.inside(entry)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def inside(self, command):
        # /proc of the new namespace; with the change of the user all capabilities are gone.
        script = f'mount -t proc proc "{self.root}/proc" && exec setpriv --no-new-privs ' \
                 f'chroot --userspec={self.config["User"]} "{self.root}" env -i "$@"'
        return ["sh", "-c", script, "sh", *self.config["Env"], *command]

    def pid(self):
        """The process as it is seen from outside its namespace."""
        with open(f"/proc/{self.engine.pid}/task/{self.engine.pid}/children") as children:
            return int(children.read().split()[0])

    def cpu_seconds(self):
        with open(f"/proc/{self.pid()}/stat") as stat:
            user, system = stat.read().rsplit(")", 1)[1].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def health(self):
        check = self.config["Healthcheck"]["Test"]
        assert check[0] == "CMD", check
        return subprocess.run(
            ["chroot", f"--userspec={self.config['User']}", self.root, "env", "-i",
             *self.config["Env"], *check[1:]], stderr=subprocess.DEVNULL, check=False).returncode

    def await_health(self):
        deadline = time.monotonic() + DEADLINE
        while self.health() != 0:
            assert time.monotonic() < deadline, "not healthy"
            time.sleep(0.1)

    def stop(self):
        """Sends SIGTERM to process 1; its exit code, and all that it printed."""
        os.kill(self.pid(), signal.SIGTERM)
        output, _ = self.engine.communicate(timeout=DEADLINE)
        return self.engine.returncode, output


class Peer:
    """Just enough of a WebSocket to send and receive one short text."""

    def __init__(self, path):
        self.socket = dial()
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
            .encode())
        self.stream = self.socket.makefile("rb")
        status = self.stream.readline()
        assert b" 101 " in status, status
        while self.stream.readline() != b"\r\n":
            pass

    def send(self, text):
        mask, payload = os.urandom(4), text.encode()
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(struct.pack("!BB", 0x81, 0x80 | len(payload)) + mask + masked)

    def receive(self):
        while True:
            opcode, length = struct.unpack("!BB", self.stream.read(2))
            payload = self.stream.read(length)
            if opcode == 0x81:
                return payload.decode()
            assert opcode == 0x89, opcode  # A ping, for which this life is too short.

    def close(self):
        self.stream.close()
        self.socket.close()


def dial():
    """Connects as soon as somebody listens."""
    deadline = time.monotonic() + DEADLINE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", PORT), timeout=DEADLINE)
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "nobody listens"
            time.sleep(0.002)


def forward():
    """Passes one message from a client to a worker."""
    worker, client = Peer("/worker/proof"), Peer("/client/proof")
    client.send("through the image")
    assert worker.receive() == "through the image"
    return worker, client


def prove(config, root):
    container = Container(config, root)
    peers = forward()
    print("a message went through it")
    with open(f"/proc/{container.pid()}/status") as status:
        facts = dict(line.rstrip("\n").split(":\t", 1) for line in status)
    print(f"user {facts['Uid'].split()[0]}, process {facts['NSpid'].split()[-1]} of its namespace, "
          f"capabilities {int(facts['CapEff'], 16):#x}, read-only root")
    assert facts["NSpid"].split()[-1] == "1" and int(facts["CapEff"], 16) == 0
    container.await_health()
    print("healthy")
    for peer in peers:
        peer.close()
    code, output = container.stop()
    lines = [line for line in output.splitlines() if '"draining"' in line or '"stopped"' in line]
    print(f"SIGTERM: exit code {code}, after:", *lines, sep="\n  ")
    assert code == 0 and len(lines) == 2, output
    assert container.health() != 0, "healthy after its end"
    foreign = [line for line in output.splitlines() if not line.startswith("{")]
    assert not foreign, foreign


def measure(config, root, rounds):
    variants = {"with the AOT cache": (), "without": ("-XX:AOTCache=",)}
    starts = {name: [] for name in variants}
    for _ in range(rounds):
        for name, without in variants.items():
            container = Container(config, root, without)
            peers = forward()
            wall = time.monotonic() - container.started
            starts[name].append((wall, container.cpu_seconds()))
            for peer in peers:
                peer.close()
            container.stop()
    print(f"start to first forwarded message, median of {rounds} (lowest to highest):")
    for name, measured in starts.items():
        wall, cpu = (spread(seconds) for seconds in zip(*measured))
        print(f"  {name}: {wall} ms, {cpu} ms of CPU")


def spread(seconds):
    low, middle, high = (round(1000 * f(seconds)) for f in (min, statistics.median, max))
    return f"{middle} ({low}-{high})"


def main():
    config_file, root, rounds = sys.argv[1:]
    with open(config_file) as file:
        config = json.load(file)["Docker"]["config"]
    mount_read_only(root)
    prove(config, root)
    if int(rounds):
        measure(config, root, int(rounds))


main()
