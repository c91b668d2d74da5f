// Answers each message in capitals, to the partition that it names, with the same key.
// Needs "npm install kafkajs": node worker.mjs 127.0.0.1:9092
import { createRequire } from 'node:module';
const { Kafka, logLevel } = createRequire(process.cwd() + '/')('kafkajs');

const kafka = new Kafka({ brokers: [process.argv[2]], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: 'orders' });
const producer = kafka.producer();
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic: 'orders', fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => console.log('ready'));
await consumer.run({
  eachMessage: async ({ message }) => {
    await producer.send({
      topic: String(message.headers.ce_weirreplytopic),
      messages: [{
        key: message.key,
        partition: Number(message.headers.ce_weirreplypartition),
        value: String(message.value).toUpperCase(),
        headers: { 'content-type': 'text/plain' },
      }],
    });
  },
});
