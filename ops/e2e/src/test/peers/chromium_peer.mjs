// Chromium's own WebSocket, driven through playwright-core. The line protocol is in README.md.
// usage: chromium_peer.mjs /path/to/chromium
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';
import { emit, serve } from './line_protocol.mjs';

/** Runs inside the page: one object with the commands, everything that happens goes to `report`. */
function installPeer() {
  const connections = new Map();
  const outgoing = [];
  let flushing = false;

  // Crossing into Node costs a round trip: events travel in batches, in order.
  async function emit(event) {
    outgoing.push(event);
    if (flushing) return;
    flushing = true;
    while (outgoing.length > 0) await window.report(outgoing.splice(0, 1000));
    flushing = false;
  }

  function bytes(base64) {
    return Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  }

  async function sha256(data) {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
    return Array.from(digest, (b) => b.toString(16).padStart(2, '0')).join('');
  }

  function connect({ conn, url, subprotocols = [] }) {
    const socket = new WebSocket(url, subprotocols);
    socket.binaryType = 'arraybuffer';
    connections.set(conn, socket);
    let opened = false;
    // Digests are computed asynchronously: the chain keeps events in the order they happened.
    let last = Promise.resolve();
    const inOrder = (step) => { last = last.then(step); };
    socket.onopen = () => {
      opened = true;
      inOrder(() => emit({ conn, event: 'open', subprotocol: socket.protocol, session: null }));
    };
    socket.onmessage = ({ data }) => inOrder(async () => {
      const isText = typeof data === 'string';
      const payload = isText ? new TextEncoder().encode(data) : new Uint8Array(data);
      emit({
        conn,
        event: 'message',
        type: isText ? 'text' : 'binary',
        size: payload.length,
        sha256: await sha256(payload),
      });
    });
    socket.onclose = ({ code, reason }) => inOrder(() => emit(
      opened ? { conn, event: 'closed', code, reason } : { conn, event: 'refused', status: null }));
  }

  function send(socket, { type, data, repeat }) {
    const unit = bytes(data);
    const payload = new Uint8Array(unit.length * repeat);
    for (let i = 0; i < repeat; i++) payload.set(unit, i * unit.length);
    socket.send(type === 'text' ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(payload) : payload);
  }

  function obey(command) {
    const socket = connections.get(command.conn);
    switch (command.do) {
      case 'connect':
        return connect(command);
      case 'send':
        return send(socket, command);
      case 'close':
        return command.code === null
          ? socket.close() : socket.close(command.code, command.reason);
      default:
        throw new Error(`a browser cannot ${command.do}`);
    }
  }

  window.obeyAll = (commands) => {
    for (const command of commands) {
      try {
        obey(command);
      } catch (error) {
        emit({ conn: command.conn, event: 'error', detail: String(error) });
      }
    }
  };
}

/** From a loopback address: digests need a secure context, and public pages may not reach loopback. */
async function servePage() {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>peer</title>');
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${server.address().port}/`;
}

const browser = await chromium.launch({ executablePath: process.argv[2] });
const page = await browser.newPage();
await page.goto(await servePage());
await page.exposeFunction('report', (events) => events.forEach(emit));
await page.evaluate(installPeer);
emit({ event: 'ready', name: 'chromium', version: browser.version() });

// Commands that arrive while the page is busy go over together.
const commands = [];
let delivering = false;
serve(async (command) => {
  commands.push(command);
  if (delivering) return;
  delivering = true;
  while (commands.length > 0) {
    await page.evaluate((batch) => window.obeyAll(batch), commands.splice(0, 1000));
  }
  delivering = false;
});
