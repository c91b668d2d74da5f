/** What the admin server tells about the relay. Every call ends within three seconds. */

function get(path) {
  // The dashboard asks for the token, where there is one, and keeps it for this tab.
  const token = sessionStorage.getItem('weir-token');
  return fetch(path, {
    signal: AbortSignal.timeout(3000),
    headers: token ? { Authorization: `Bearer ${token}` } : {},
  });
}

async function json(path) {
  const answer = await get(path);
  if (answer.status === 401) throw new Error('this relay asks for its token: open the dashboard first');
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** {listen: {host, port}, routes: [{name, clients, workers, subprotocols}]} */
export function routes() {
  return json('/routes');
}

/** The newest sessions, of a key if it is named; at most a thousand. */
export async function sessions(key) {
  const filter = key ? `&key=${encodeURIComponent(key)}` : '';
  return (await json(`/sessions?sort=-since&limit=1000${filter}`)).sessions;
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
