/** Messages as a person reads them: sizes, times, bytes in hex, and the log that shows them. */

const utf8 = new TextEncoder();

export function bytesOf(data) {
  return typeof data === 'string' ? utf8.encode(data).length : data.byteLength;
}

export function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}

export function millis(ms) {
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

export function count(n) {
  return n.toLocaleString('en');
}

export function hex(buffer, most = 64) {
  const bytes = new Uint8Array(buffer, 0, Math.min(most, buffer.byteLength));
  const text = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
  return buffer.byteLength > most ? `${text} …` : text;
}

/** Throws an Error that says what is wrong with the text. */
export function bytesFromHex(text) {
  const digits = text.replace(/0x|[\s,:]/gi, '');
  if (/[^0-9a-f]/i.test(digits)) throw new Error('Hex is the digits 0-9 and a-f, like 48 69');
  if (digits.length % 2) throw new Error('A byte has two hex digits; one is missing');
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16)).buffer;
}

/**
 * What one side sent and the other has not got yet, to measure how long each message takes.
 * Payloads are compared and not only counted: a queue may drop, and the other side of a session
 * may be somebody else's.
 */
export class Flights {
  static #LIMIT = 20000;
  #departed = [];
  #first = 0;

  depart(data, details) {
    this.#departed.push({ print: fingerprint(data), at: performance.now(), ...details });
    if (this.#departed.length - this.#first > Flights.#LIMIT) this.#first++;
  }

  /** The details of the departure of this message, or undefined. */
  arrive(data) {
    const print = fingerprint(data);
    for (let i = this.#first; i < this.#departed.length; i++) {
      if (this.#departed[i].print === print) {
        const flight = this.#departed[i];
        this.#first = i + 1;
        if (this.#first > 1000) {
          this.#departed.splice(0, this.#first);
          this.#first = 0;
        }
        return flight;
      }
    }
    return undefined;
  }

  clear() {
    this.#departed = [];
    this.#first = 0;
  }
}

function fingerprint(data) {
  return typeof data === 'string'
    ? `t${data.length}:${data.slice(0, 80)}${data.slice(-20)}`
    : `b${data.byteLength}:${hex(data, 32)}`;
}

/** The last thousand latencies of one direction. */
export class Latencies {
  #recent = [];
  #next = 0;

  add(ms) {
    this.#recent[this.#next] = ms;
    this.#next = (this.#next + 1) % 1000;
  }

  /** For example "0.21 ms, p99 1.3 ms"; undefined while there is nothing. */
  summary() {
    if (!this.#recent.length) return undefined;
    const sorted = [...this.#recent].sort((a, b) => a - b);
    const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return `${millis(at(0.5))}, p99 ${millis(at(0.99))}`;
  }
}

/**
 * A list of what happened; it keeps the last 500 rows. Of a flood it draws the newest rows a few
 * times a second and tells how many it left out: drawing all would slow down what is measured.
 */
export class MessageLog {
  static #LIMIT = 500;
  static #FLOOD = 50;
  static #FLOOD_PAUSE_MS = 200;
  #list;
  #waiting = [];
  #skipped = 0;
  #flooded = false;

  constructor(list) {
    this.#list = list;
  }

  /** @param direction 'sent' or 'received' */
  message(direction, data, note) {
    const isText = typeof data === 'string';
    const shown = isText ? data.slice(0, 500) + (data.length > 500 ? ' …' : '') : hex(data);
    this.#add({
      kind: `message ${direction}${isText ? '' : ' binary'}`,
      cells: [
        ['mark', direction === 'sent' ? '↑' : '↓', direction],
        ['time', clock()],
        ['body', shown === '' ? 'empty message' : shown, shown === '' ? 'empty' : undefined],
        ['note', note ?? ''],
        ['size', size(bytesOf(data))],
      ],
    });
  }

  /** @param kind 'good', 'bad' or 'plain' */
  event(kind, title, detail, command) {
    const cells = [['time', clock()], ['title', title], ['detail', detail], ['command', command]];
    this.#add({ kind: `event ${kind}`, cells: cells.filter(([, text]) => text) });
  }

  clear() {
    this.#waiting.length = 0;
    this.#list.replaceChildren();
  }

  #add(row) {
    if (this.#waiting.length === 0) {
      setTimeout(() => requestAnimationFrame(() => this.#draw()),
        this.#flooded ? MessageLog.#FLOOD_PAUSE_MS : 0);
    }
    this.#waiting.push(row);
    if (this.#waiting.length > 2 * MessageLog.#FLOOD) this.#skip();
  }

  /** Drops the older messages of those that wait; events stay. */
  #skip() {
    const newest = this.#waiting.splice(-MessageLog.#FLOOD);
    const events = this.#waiting.filter(({ kind }) => kind.startsWith('event'));
    this.#skipped += this.#waiting.length - events.length;
    this.#waiting = [...events, ...newest];
  }

  #draw() {
    const list = this.#list;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    this.#flooded = this.#skipped > 0;
    if (this.#skipped) {
      const words = `${count(this.#skipped)} messages not shown`;
      list.append(element({ kind: 'skipped', cells: [['body', words]] }));
      this.#skipped = 0;
    }
    list.append(...this.#waiting.map(element));
    this.#waiting = [];
    while (list.childElementCount > MessageLog.#LIMIT) list.firstElementChild.remove();
    if (atEnd) list.scrollTop = list.scrollHeight;
  }
}

function element({ kind, cells }) {
  const row = document.createElement('li');
  row.className = kind;
  for (const [name, text, extra] of cells) {
    const cell = document.createElement('span');
    cell.className = extra === 'empty' ? `${name} empty` : name;
    cell.textContent = text;
    if (name === 'mark') {
      cell.setAttribute('role', 'img');
      cell.setAttribute('aria-label', extra);
    }
    row.append(cell);
  }
  return row;
}

function clock() {
  const now = new Date();
  return `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`;
}
