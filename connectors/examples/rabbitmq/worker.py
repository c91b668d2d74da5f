#!/usr/bin/env python3
"""A worker behind Weir and RabbitMQ: answers each message in capitals.

Needs pika (Debian: python3-pika). Start as many as you like, they share the queue:
    worker.py amqp://guest:guest@127.0.0.1:5672/
"""
import sys

import pika

channel = pika.BlockingConnection(pika.URLParameters(sys.argv[1])).channel()
channel.queue_declare("orders", durable=True)  # durable, as the messages are: none is lost
channel.queue_declare("readings", durable=True)
channel.basic_qos(prefetch_count=50)


def answer(channel, method, message, body):
    # Whose message it is: message.headers["cloudEvents:weirkey"]. More than one answer is fine,
    # now or later, as long as it carries the correlation id. message_id tells a second delivery.
    reply = pika.BasicProperties(correlation_id=message.correlation_id,
                                 content_type=message.content_type, delivery_mode=2)
    channel.basic_publish("", message.reply_to, body.upper(), reply)
    channel.basic_ack(method.delivery_tag)


channel.basic_consume("orders", answer)
print("ready", flush=True)
channel.start_consuming()
