// Checks a configuration of the OpenTelemetry Collector: the file that is named, as far as that goes
// without a collector. Settings are those of the components that ours use, as their documentation of
// version 0.140 has them; pipelines name what is there, and everything that is there is in one.
// Prints one line a mistake, then the pipelines.
import { readFileSync } from "node:fs";
import { argv } from "node:process";
import { load } from "js-yaml";

const text = (value) => typeof value === "string" || "text";
const flag = (value) => typeof value === "boolean" || "true or false";
const number = (value) => (Number.isInteger(value) && value >= 0) || "a number";
const duration = (value) => /^(\d+(ms|s|m|h))+$/.test(value) || "a duration such as 5s";
const address = (value) => /^(\[?[\w.:-]+\]?:\d+|\$\{env:[A-Z_]+\})$/.test(value) || "HOST:PORT or ${env:NAME}";
const oneOf = (...words) => (value) => words.includes(value) || `one of ${words.join(", ")}`;

const tls = { insecure: flag, ca_file: text, cert_file: text, key_file: text };
const component = {
  "receivers/otlp": {
    protocols: {
      grpc: { endpoint: address, tls, max_recv_msg_size_mib: number },
      http: { endpoint: address, tls, max_request_body_size: number },
    },
  },
  "processors/memory_limiter": {
    check_interval: duration, limit_mib: number, spike_limit_mib: number,
    limit_percentage: number, spike_limit_percentage: number,
  },
  "processors/batch": { timeout: duration, send_batch_size: number, send_batch_max_size: number },
  "processors/attributes": {
    actions: [{ key: text, action: oneOf("insert", "update", "upsert", "delete", "hash", "extract", "convert") }],
  },
  "exporters/otlp": {
    endpoint: address, tls, timeout: duration, compression: oneOf("gzip", "zstd", "snappy", "none"),
    sending_queue: { enabled: flag, num_consumers: number, queue_size: number, storage: text },
    retry_on_failure: {
      enabled: flag, initial_interval: duration, max_interval: duration, max_elapsed_time: duration,
    },
  },
  "exporters/debug": { verbosity: oneOf("basic", "normal", "detailed") },
  "extensions/health_check": { endpoint: address, path: text },
};
const SECTIONS = ["receivers", "processors", "exporters", "extensions"];

const mistakes = [];
const say = (where, what) => mistakes.push(`${where}: ${what}`);

function check(value, known, where) {
  if (typeof known === "function") {
    const good = known(value);
    if (good !== true) say(where, `must be ${good}, not ${JSON.stringify(value)}`);
  } else if (Array.isArray(known)) {
    if (!Array.isArray(value)) say(where, "must be a list");
    else value.forEach((item, i) => check(item, known[0], `${where}[${i}]`));
  } else {
    for (const [key, setting] of Object.entries(value ?? {})) {
      if (known[key]) check(setting, known[key], `${where}.${key}`);
      else say(`${where}.${key}`, "is unknown");
    }
  }
}

const file = load(readFileSync(argv[2], "utf8"));
for (const section of Object.keys(file)) {
  if (![...SECTIONS, "service"].includes(section)) say(section, "is unknown");
}
for (const section of SECTIONS) {
  for (const [name, settings] of Object.entries(file[section] ?? {})) {
    const known = component[`${section}/${name.split("/")[0]}`];
    if (known) check(settings, known, `${section}.${name}`);
    else say(`${section}.${name}`, "is no component that is known here");
  }
}

const used = new Set((file.service?.extensions ?? []).map((name) => `extensions.${name}`));
const pipelines = Object.entries(file.service?.pipelines ?? {});
for (const [name, pipeline] of pipelines) {
  const where = `service.pipelines.${name}`;
  if (!["traces", "metrics", "logs"].includes(name.split("/")[0])) say(where, "is no signal");
  for (const section of Object.keys(pipeline)) {
    if (!SECTIONS.slice(0, 3).includes(section)) say(`${where}.${section}`, "is unknown");
    for (const each of pipeline[section]) used.add(`${section}.${each}`);
  }
  for (const section of ["receivers", "exporters"]) {
    if (!pipeline[section]?.length) say(where, `has no ${section}`);
  }
  const processors = pipeline.processors ?? [];
  if (!processors[0]?.startsWith("memory_limiter")) say(where, "does not begin with memory_limiter");
  if (!processors.at(-1)?.startsWith("batch")) say(where, "does not end with batch");
}
const there = new Set(SECTIONS.flatMap((section) => Object.keys(file[section] ?? {}).map((name) => `${section}.${name}`)));
for (const name of used) if (!there.has(name)) say(name, "is used and not there");
for (const name of there) if (!used.has(name)) say(name, "is there and not used");

for (const { limit_mib: limit, spike_limit_mib: spike } of [file.processors?.memory_limiter ?? {}]) {
  if (spike >= limit) say("processors.memory_limiter", "spike_limit_mib must be below limit_mib");
}
mistakes.forEach((mistake) => console.log(mistake));
console.log(pipelines.map(([name]) => name).join(" "));
