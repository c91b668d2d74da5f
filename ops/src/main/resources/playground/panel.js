import { closeCode, expected } from './explain.js';
import { bytesFromHex, count, Flights, Latencies, MessageLog, millis } from './messages.js';

const MIB = 1024 * 1024;
const NAMES = { client: 'Client', worker: 'Worker' };
const PARTNERS = { client: 'worker', worker: 'client' };

/** One side of the conversation: its connection, its log, and what its user can do. */
export class Panel extends EventTarget {
  #socket;
  #log;
  #parts;
  #sent = 0;
  #received = 0;
  #latencies = new Latencies();
  #drawing = false;
  /** What this side sent and the other has not got yet. */
  flights = new Flights();
  /** What the current or last connection was asked for, with the time in ms since 1970. */
  asked;
  /** The id of this side's session at the relay, once it is known. */
  session;
  /** The state that is shown: a word for the style sheet, and words for people. */
  state = 'closed';
  words = 'not connected';

  /**
   * @param target () => ({url, protocols, ...}) of the next connection
   * @param refused (asked) => Promise of {text, command} that explain a refused handshake
   */
  constructor(side, root, target, refused) {
    super();
    this.side = side;
    this.target = target;
    this.refused = refused;
    this.#parts = find(root);
    this.#log = new MessageLog(this.#parts.log);
    this.#parts.title.textContent = NAMES[side];
    this.#parts.latencyName.textContent = `latency from ${PARTNERS[side]}`;
    this.#parts.message.placeholder =
      side === 'client' ? 'A message to the worker' : 'An answer to the client';
    this.#parts.echo.hidden = side !== 'worker';
    this.#listen();
  }

  get open() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  get connected() {
    return this.#socket !== undefined;
  }

  showTarget() {
    if (!this.connected) this.#parts.url.textContent = this.target().url;
  }

  connect() {
    if (this.connected) return;
    this.asked = { ...this.target(), at: Date.now() };
    this.session = undefined;
    this.flights.clear();
    let socket;
    try {
      socket = new WebSocket(this.asked.url, this.asked.protocols);
    } catch (e) {
      this.#log.event('bad', 'This address cannot be opened', e.message);
      return;
    }
    socket.binaryType = 'arraybuffer';
    let opened = false;
    socket.addEventListener('open', () => {
      opened = true;
      this.#log.event('good', 'Open', socket.protocol && `subprotocol ${socket.protocol}`);
      this.#changed('open', 'open');
    });
    socket.addEventListener('message', ({ data }) => this.#arrived(data));
    socket.addEventListener('close', (end) => (opened ? this.#closed(end) : this.#refused()));
    this.#socket = socket;
    this.#changed('connecting', 'connecting');
  }

  focus() {
    this.#parts.message.focus();
  }

  disconnect() {
    const code = Number(this.#parts.code.value);
    const reason = this.#parts.reason.value;
    try {
      this.#socket?.close(code, reason);
      this.#changed('closing', 'closing');
    } catch (e) {
      this.#log.event('bad', `The browser does not send ${code}`, e.message);
    }
  }

  /** Sends one message, and tells nobody when it cannot. */
  send(data, details = {}) {
    if (!this.open) return;
    this.#socket.send(data);
    this.flights.depart(data, details);
    this.#sent++;
    this.#log.message('sent', data, 'echoOf' in details ? 'echo' : '');
    this.#draw();
    this.dispatchEvent(new CustomEvent('sent'));
  }

  /** What the relay says about this session, at most once a second. */
  showSession(session) {
    this.#parts.id.textContent = session?.id ?? '–';
    if (session && this.open) {
      if (session.phase === 'waiting') this.#pill('waiting', `waiting for a ${PARTNERS[this.side]}`);
      else this.#pill('open', session.phase);
    }
  }

  #arrived(data) {
    this.#received++;
    const arrival = new CustomEvent('arrived', { detail: { data } });
    this.dispatchEvent(arrival);
    const { flight } = arrival.detail;
    let note = '';
    if (flight) {
      const now = performance.now();
      this.#latencies.add(now - flight.at);
      note = flight.echoOf
        ? `round trip ${millis(now - flight.echoOf.at)}` : millis(now - flight.at);
    }
    this.#log.message('received', data, note);
    this.#burstProgress(flight?.burst);
    if (this.side === 'worker' && this.#parts.echo.querySelector('input').checked) {
      this.send(data, { echoOf: flight });
    }
    this.#draw();
  }

  #burstProgress(burst) {
    if (burst && --burst.left === 0) {
      const ms = performance.now() - burst.at;
      this.#log.event('good', `A burst of ${count(burst.count)} arrived in ${millis(ms)}`,
        `${count(Math.round(burst.count / ms * 1000))} messages per second, this page included`);
    }
  }

  #closed({ code, reason, wasClean }) {
    this.#socket = undefined;
    this.#log.event(expected(code) ? 'plain' : 'bad', `Closed ${code}${reason && `: ${reason}`}`,
      closeCode(code) + (wasClean ? '' : ' The closing was not clean.'));
    this.#changed('closed', `closed ${code}`);
  }

  async #refused() {
    this.#socket = undefined;
    this.#changed('refused', 'refused');
    const { text, command } = await this.refused(this.asked);
    this.#log.event('bad', 'No connection', text, command);
  }

  async #burst(total) {
    const text = this.#parts.message.value || 'burst';
    const hexed = this.#kind() === 'hex';
    const bytes = hexed ? this.#payload() : undefined;
    if (hexed && !bytes) return;
    const burst = { count: total, left: total, at: performance.now() };
    for (let i = 1; i <= total && this.open; i++) {
      this.send(hexed ? bytes : `${text} ${i}`, { burst });
      if (i % 50 === 0) await pause(0);
      while (this.open && this.#socket.bufferedAmount > MIB) await pause(20);
    }
  }

  #kind() {
    return this.#parts.composer.querySelector('input[type=radio]:checked').value;
  }

  /** The message as it is to be sent, or undefined after saying what is wrong with it. */
  #payload() {
    const { message } = this.#parts;
    if (this.#kind() === 'text') return message.value;
    try {
      return bytesFromHex(message.value);
    } catch (e) {
      message.setCustomValidity(e.message);
      message.reportValidity();
      return undefined;
    }
  }

  #listen() {
    const { composer, message, burst, closing, clear, connect } = this.#parts;
    connect.addEventListener('click', () => (this.connected ? this.disconnect() : this.connect()));
    clear.addEventListener('click', () => this.#log.clear());
    message.addEventListener('input', () => message.setCustomValidity(''));
    composer.addEventListener('change', () => message.setCustomValidity(''));
    on(composer, () => {
      const data = this.#payload();
      if (data === undefined) return;
      this.send(data);
      message.select();
    });
    on(burst, () => this.#burst(Number(burst.querySelector('.count').value)));
    on(closing, () => this.connected && this.disconnect());
  }

  #changed(state, words) {
    const { connect, send, burstSend } = this.#parts;
    this.#pill(state, words);
    connect.textContent = this.connected ? 'Disconnect' : 'Connect';
    connect.classList.toggle('danger', this.connected);
    send.disabled = !this.open;
    burstSend.disabled = !this.open;
    this.showTarget();
    this.dispatchEvent(new CustomEvent('changed'));
  }

  #pill(state, words) {
    this.state = state;
    this.words = words;
    this.#parts.pill.dataset.state = state;
    this.#parts.pill.textContent = words;
  }

  /** Counters are drawn once per frame, however fast messages come. */
  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#parts.sent.textContent = count(this.#sent);
      this.#parts.received.textContent = count(this.#received);
      this.#parts.latency.textContent = this.#latencies.summary() ?? '–';
    });
  }
}

function find(root) {
  const part = (selector) => root.querySelector(selector);
  return {
    title: part('h2'), pill: part('.pill'), connect: part('.connect'), url: part('.url'),
    id: part('.fact-id'), sent: part('.fact-sent'), received: part('.fact-received'),
    latency: part('.fact-latency'), latencyName: part('.latency-name'), log: part('.log'),
    composer: part('.composer'), message: part('.draft'), send: part('.send'),
    burst: part('.burst'), burstSend: part('.burst button'), echo: part('.echo'),
    closing: part('.closing'), code: part('.code'), reason: part('.reason'), clear: part('.clear'),
  };
}

/** Handles a form here instead of sending it anywhere. */
function on(form, action) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    action();
  });
}

function pause(ms) {
  return new Promise((resume) => setTimeout(resume, ms));
}
