/** What Weir's close codes mean, and why a handshake was probably refused. */

const CLOSE_CODES = {
  1000: 'A normal end.',
  1001: 'The other side went away, or an operator closed the session.',
  1002: 'What was sent is not valid WebSocket.',
  1003: 'This type of message is not accepted.',
  1005: 'A close frame without a code.',
  1006: 'The connection ended without a close frame: a process or the network is gone.',
  1007: 'A text message was not valid UTF-8.',
  1008: 'Not allowed here: by policy, or because a newer connection took this place.',
  1009: 'A message was larger than the route allows.',
  1011: 'Something failed inside the relay; its log says what.',
  1012: 'The relay is restarting. Connect again in a moment.',
  1013: 'Too busy: a slow reader, or no partner came in time. Back off, then try again.',
  1014: 'The worker failed or vanished.',
};

export function closeCode(code) {
  if (CLOSE_CODES[code]) return CLOSE_CODES[code];
  if (code >= 4000) return 'A code of the application itself, passed on by the relay.';
  if (code >= 3000) return 'A registered code, passed on by the relay.';
  return 'A code without a meaning here.';
}

/** Whether somebody meant to end it: a normal end, a side that left, a code of the application. */
export function expected(code) {
  return code === 1000 || code === 1001 || code === 1005 || code >= 3000;
}

/**
 * A script in a browser learns nothing about a refused handshake. The admin server, which this
 * page can ask, often shows the reason all the same.
 */
export async function refusal({ url, side, route, key }, admin) {
  const command = 'curl -i --max-time 3 -H "Connection: Upgrade" -H "Upgrade: websocket" '
    + '-H "Sec-WebSocket-Version: 13" -H "Sec-WebSocket-Key: d2VpciBwbGF5Z3JvdW5kIQ==" '
    + `"${url.replace(/^ws/, 'http')}"`;
  const text = `${await likely(side, route, key, admin)}\nBrowsers hide the answer from pages. `
    + 'The Network tab of the developer tools (F12) shows its status, this shows its reason too:';
  return { text, command };
}

async function likely(side, route, key, admin) {
  try {
    const ready = await admin.ready();
    if (!ready) return 'The relay says that it is not ready (503): it is starting or draining.';
    const others = (await admin.sessions(key))
      .filter((session) => session.side === side && session.route === route && session.key === key);
    if (others.length && key) return `There is a ${side} for this key already (409).`;
    return 'Nothing listens at this address, the path is no route (404), the route does not allow '
      + `the origin ${location.origin} (403), a limit is reached (429, 503) or no partner was `
      + 'free (504).';
  } catch {
    return 'The admin server does not answer either: the relay seems to be gone.';
  }
}
