// A worker in 40 lines: it says back what a client says. Node.js 22 or newer, without packages.
// Each connection serves one client at a time: it dials in as often as it wants to serve at once.
const url = process.env.WEIR_URL ?? "ws://localhost:8080/worker/demo";
const connections = Number(process.env.WEIR_CONNECTIONS ?? 1);
const SHORTEST = 250;
const LONGEST = 10_000;
const sockets = new Set();
let leaving = false;

function connect(failures = 0) {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  sockets.add(socket);
  socket.onopen = () => {
    failures = 0;
    console.log("ready");
  };
  socket.onmessage = ({ data }) => socket.send(data);
  socket.onerror = () => {}; // A close follows, and tells more.
  socket.onclose = ({ code, reason }) => {
    sockets.delete(socket);
    if (leaving) {
      return;
    }
    // Random, so that not all workers come back in the same moment after a restart of the relay.
    const pause = Math.random() * Math.min(LONGEST, SHORTEST * 2 ** failures);
    console.log(`closed with ${code} ${reason}; again in ${Math.round(pause)} ms`);
    setTimeout(connect, pause, failures + 1);
  };
}

process.on("SIGTERM", () => {
  leaving = true;
  sockets.forEach((socket) => socket.close(1000, "worker ends"));
  setTimeout(() => process.exit(), SHORTEST);
});
for (let i = 0; i < connections; i++) {
  connect();
}
