// Checks the Kubernetes objects on standard input, YAML as Kubernetes reads it, against the schemas
// of Kubernetes. Prints one line a mistake, and at the end how many objects there were.
import { readFileSync } from "node:fs";
import { YAML11_SCHEMA, loadAll } from "js-yaml";

// The published schemas allow fields that they do not know, and an API server drops those silently.
// The validators read every field that they know, so what was never read is one that nobody knows.
function watched(value, path, unread) {
  if (value === null || typeof value !== "object") {
    return value;
  }
  const children = {};
  for (const key of Object.keys(value)) {
    const at = `${path}/${key}`;
    children[key] = watched(value[key], at, unread);
    if (!Array.isArray(value)) {
      unread.add(at);
    }
  }
  return new Proxy(value, {
    get(target, key) {
      unread.delete(`${path}/${String(key)}`);
      return Object.hasOwn(children, key) ? children[key] : target[key];
    },
  });
}

function schemaOf({ apiVersion, kind }) {
  const [version, group = "core"] = apiVersion.split("/").reverse();
  const words = [group.split(".")[0], version, kind];
  return `IoK8sApi${words.map((word) => word[0].toUpperCase() + word.slice(1)).join("")}`;
}

async function mistakes(object) {
  let schema;
  try {
    schema = await import(`kubernetes-models/_schemas/${schemaOf(object)}`);
  } catch {
    return [`there is no ${object.apiVersion} ${object.kind}`];
  }
  const unread = new Set();
  schema.validate(watched(object, "", unread));
  return [
    ...(schema.validate.errors ?? []).map(({ instancePath, keyword, params }) =>
      `${instancePath} ${keyword} ${JSON.stringify(params)}`),
    ...[...unread].map((path) => `${path} is unknown`),
  ];
}

const objects = loadAll(readFileSync(0, "utf8"), { schema: YAML11_SCHEMA })
  .filter((object) => object !== null && object !== undefined);
for (const object of objects) {
  for (const mistake of await mistakes(object)) {
    console.log(`${object.kind} ${object.metadata?.name}: ${mistake}`);
  }
}
console.log(`${objects.length} objects`);
