// A worker behind Kafka that echoes every message, and misbehaves when it is told to.
//
//     node faulty_kafka_worker.mjs PORT TOPIC LEDGER
//
// It makes TOPIC and TOPIC-replies, and connects again when the broker is gone. It appends every
// message that it has done its work for, and its id, to the file LEDGER before it answers. A line on
// standard input sets how it behaves from now on:
//
//     well    echoes
//     slow    echoes after 400 ms
//     fails   forbids everybody to write to TOPIC, so that producers are told no
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import kafkajs from 'kafkajs';

const {
  AclOperationTypes, AclPermissionTypes, AclResourceTypes, Kafka, logLevel, ResourcePatternTypes,
} = kafkajs;
const SLOW_MILLIS = 400;
const PARTITIONS = 3;

const [port, topic, ledger] = process.argv.slice(2);
const kafka = new Kafka({
  brokers: [`127.0.0.1:${port}`],
  logLevel: logLevel.NOTHING,
  connectionTimeout: 1000,
  retry: { initialRetryTime: 100, maxRetryTime: 300, retries: 1_000_000 },
});
const admin = kafka.admin();
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: 'workers', maxWaitTimeInMs: 100 });
let mode = 'well';

function rule(permissionType, operation) {
  return {
    resourceType: AclResourceTypes.TOPIC,
    resourceName: topic,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: 'User:*',
    host: '*',
    operation,
    permissionType,
  };
}

const noWriting = rule(AclPermissionTypes.DENY, AclOperationTypes.WRITE);

async function obey(command) {
  if (command === 'fails') {
    await admin.createAcls({ acl: [noWriting] });
  } else {
    await admin.deleteAcls({ filters: [noWriting] });
  }
  mode = command;
}

async function work({ message }) {
  if (mode === 'slow') {
    await sleep(SLOW_MILLIS);
  }
  appendFileSync(ledger, `${message.value} ${message.headers.ce_id}\n`);
  await producer.send({
    topic: String(message.headers.ce_weirreplytopic),
    messages: [{
      key: message.key,
      partition: Number(message.headers.ce_weirreplypartition),
      value: message.value,
      headers: { 'content-type': 'text/plain' },
    }],
  });
}

await admin.connect();
await admin.createTopics({
  waitForLeaders: false, // kafkajs asks before the broker knows
  topics: [topic, `${topic}-replies`].map((name) => ({ topic: name, numPartitions: PARTITIONS })),
});
// What is not forbidden is to stay allowed: without any rule everything is.
await admin.createAcls({ acl: [rule(AclPermissionTypes.ALLOW, AclOperationTypes.ALL)] });
await producer.connect();
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
consumer.on(consumer.events.GROUP_JOIN, () => console.log('ready'));
await consumer.run({ partitionsConsumedConcurrently: PARTITIONS, eachMessage: work });
for await (const line of createInterface({ input: process.stdin })) {
  await obey(line.trim());
  console.log('now', mode);
}
