#!/usr/bin/env python3
"""A worker behind RabbitMQ that echoes every message, and misbehaves when it is told to.

    faulty_rabbitmq_worker.py PORT EXCHANGE LEDGER

It connects again when the broker is gone. It appends every message that it has done its work for,
and its id, to the file LEDGER before it answers, and acknowledges it when the broker has the
answer. A line on standard input sets how it behaves from now on:

    well    echoes
    slow    echoes after 400 ms
    fails   lets the exchange lead to a queue without room, so that publishers are told no
"""
import os
import queue
import sys
import threading
import time

import pika

SLOW_SECONDS = 0.4
LOOK_SECONDS = 0.05
FULL = {"x-max-length": 0, "x-overflow": "reject-publish"}

port, exchange = int(sys.argv[1]), sys.argv[2]
ledger = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
commands = queue.SimpleQueue()
mode = "well"


def obey(channel, command):
    global mode
    wanted, other = ("full", "work") if command == "fails" else ("work", "full")
    channel.queue_bind(wanted, exchange, "work")
    channel.queue_unbind(other, exchange, "work")
    mode = command


def work(channel, method, properties, body):
    if mode == "slow":
        time.sleep(SLOW_SECONDS)
    os.write(ledger, b"%s %s\n" % (body, properties.message_id.encode()))
    reply = pika.BasicProperties(correlation_id=properties.correlation_id,
                                 content_type=properties.content_type, delivery_mode=2)
    channel.basic_publish("", properties.reply_to, body, reply)
    channel.basic_ack(method.delivery_tag)


def serve():
    connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", port))
    channel = connection.channel()
    channel.confirm_delivery()
    channel.basic_qos(prefetch_count=20)
    channel.exchange_declare(exchange, durable=True)
    channel.queue_declare("work", durable=True)
    channel.queue_declare("full", durable=True, arguments=FULL)
    obey(channel, mode)
    print("ready", flush=True)
    for method, properties, body in channel.consume("work", inactivity_timeout=LOOK_SECONDS):
        while not commands.empty():
            obey(channel, commands.get())
            print("now", mode, flush=True)
        if method:
            work(channel, method, properties, body)


def keep_serving():
    while True:
        try:
            serve()
        except (pika.exceptions.AMQPError, OSError) as e:  # The broker is gone, and will be back.
            print(repr(e), file=sys.stderr, flush=True)
        time.sleep(0.1)


threading.Thread(target=keep_serving, daemon=True).start()
for line in sys.stdin:
    commands.put(line.strip())
