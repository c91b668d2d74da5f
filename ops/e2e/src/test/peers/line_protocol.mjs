// The Node half of the line protocol (README.md): commands from stdin, events to stdout.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

export function emit(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

export function received(conn, isBinary, data) {
  return {
    conn,
    event: 'message',
    type: isBinary ? 'binary' : 'text',
    size: data.length,
    sha256: createHash('sha256').update(data).digest('hex'),
  };
}

/** Obeys every line in order; the end of stdin is the order to leave. */
export function serve(obey) {
  createInterface({ input: process.stdin, crlfDelay: Infinity })
    .on('line', (line) => {
      const command = JSON.parse(line);
      try {
        obey(command);
      } catch (error) {
        emit({ conn: command.conn, event: 'error', detail: String(error) });
      }
    })
    .on('close', () => process.exit(0));
}

export function versionOf(name) {
  const manifest = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
