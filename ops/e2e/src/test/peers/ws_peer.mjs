// npm `ws`, driven by the end-to-end tests. The line protocol is described in README.md.
import WebSocket from 'ws';
import { emit, received, serve, versionOf } from './line_protocol.mjs';

const connections = new Map();

function connect({ conn, url, subprotocols = [] }) {
  const socket = new WebSocket(url, subprotocols);
  let session = null;
  connections.set(conn, socket);
  socket.on('upgrade', (response) => {
    session = response.headers['weir-session'] ?? null;
  });
  socket.on('open', () => emit({ conn, event: 'open', subprotocol: socket.protocol, session }));
  socket.on('unexpected-response', (request, response) => {
    emit({ conn, event: 'refused', status: response.statusCode });
    response.resume();
    request.destroy();
  });
  socket.on('message', (data, isBinary) => emit(received(conn, isBinary, data)));
  socket.on('pong', (data) => emit({ conn, event: 'pong', data: data.toString('base64') }));
  socket.on('close', (code, reason) =>
    emit({ conn, event: 'closed', code, reason: reason.toString('utf8') }));
  socket.on('error', (error) => emit({ conn, event: 'error', detail: error.message }));
}

function sendFragments(socket, { type, fragments }) {
  fragments.forEach((fragment, index) => {
    const fin = index === fragments.length - 1;
    // A Buffer in a text message goes out as it is, so a character may be cut in two.
    socket.send(Buffer.from(fragment, 'base64'), { binary: type === 'binary', fin });
  });
}

function obey(command) {
  const socket = connections.get(command.conn);
  switch (command.do) {
    case 'connect':
      return connect(command);
    case 'send': {
      const unit = Buffer.from(command.data, 'base64');
      const payload = command.repeat === 1 ? unit : Buffer.alloc(unit.length * command.repeat, unit);
      return socket.send(payload, { binary: command.type === 'binary' });
    }
    case 'fragments':
      return sendFragments(socket, command);
    case 'ping':
      return socket.ping(Buffer.from(command.data, 'base64'));
    case 'close':
      return command.code === null ? socket.close() : socket.close(command.code, command.reason);
    case 'abort':
      return socket.terminate();
    default:
      throw new Error(`unknown command ${command.do}`);
  }
}

emit({ event: 'ready', name: 'ws', version: versionOf('ws') });
serve(obey);
