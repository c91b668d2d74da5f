// Makes topics of three partitions: node kafka_topics.mjs HOST:PORT TOPIC...
import { Kafka, logLevel } from 'kafkajs';

const [broker, ...topics] = process.argv.slice(2);
const admin = new Kafka({ brokers: [broker], logLevel: logLevel.ERROR }).admin();
await admin.connect();
await admin.createTopics({
  waitForLeaders: false, // kafkajs asks before the brokers know
  topics: topics.map((topic) => ({ topic, numPartitions: 3 })),
});
await admin.disconnect();
