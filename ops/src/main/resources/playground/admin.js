/** What the admin server tells about the relay. Every call ends within three seconds. */

function get(path) {
  return fetch(path, { signal: AbortSignal.timeout(3000) });
}

async function json(path) {
  const answer = await get(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** {listen: {host, port}, routes: [{name, clients, workers, subprotocols}]} */
export function routes() {
  return json('/routes');
}

export async function sessions() {
  const answer = await json('/sessions');
  return Array.isArray(answer) ? answer : answer.sessions;
}

/** One session, or undefined when it has ended. */
export async function session(id) {
  const answer = await get(`/sessions/${encodeURIComponent(id)}`);
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`/sessions/${id} answered ${answer.status}`);
  return answer.json();
}

export async function ready() {
  return (await get('/readyz')).ok;
}
