// A relay on Node's ws: two maps, and a sender that is not read while its mate has much to take.
// usage: NODE_PATH=ops/e2e/src/test/peers/node_modules node relay.cjs PORT
'use strict';

const { WebSocketServer } = require('ws');

const MUCH = 1 << 20;
const ends = { client: new Map(), worker: new Map() };

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  backlog: 1024,
  perMessageDeflate: false,
  maxPayload: 64 << 20,
});

server.on('connection', (socket, request) => {
  const [, side, key] = request.url.split('/');
  const own = ends[side];
  const others = ends[side === 'client' ? 'worker' : 'client'];
  if (!own || !key) {
    socket.close(1008);
    return;
  }
  own.set(key, socket);
  socket.on('message', (data, binary) => {
    const mate = others.get(key);
    if (!mate) {
      return;
    }
    mate.send(data, { binary }, () => {
      if (socket.isPaused && mate.bufferedAmount < MUCH) {
        socket.resume();
      }
    });
    if (mate.bufferedAmount > MUCH) {
      socket.pause();
    }
  });
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    if (own.get(key) === socket) {
      own.delete(key);
    }
    others.get(key)?.close(1001);
  });
});
