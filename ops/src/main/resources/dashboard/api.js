/** What the admin port answers. The token, where one is asked for, is kept until the tab is closed. */

const TOKEN = 'weir-token';
const DEADLINE = 10_000;
const SILENCE = 15_000;

/** The token is wrong, or there is none. */
export class Unauthorized extends Error {}

export const token = {
  get: () => sessionStorage.getItem(TOKEN) ?? '',
  set: (value) => (value ? sessionStorage.setItem(TOKEN, value) : sessionStorage.removeItem(TOKEN)),
};

function headers() {
  return token.get() ? { Authorization: `Bearer ${token.get()}` } : {};
}

async function call(path, options = {}) {
  const answer = await fetch(path, { cache: 'no-store', headers: headers(), ...options });
  if (answer.status === 401) throw new Unauthorized();
  return answer;
}

export async function get(path) {
  const answer = await call(path, { signal: AbortSignal.timeout(DEADLINE) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

/** Asks for something to be done; throws the reason why not. */
export async function act(method, path) {
  const answer = await call(path, { method, signal: AbortSignal.timeout(DEADLINE) });
  if (answer.ok) return;
  const { reason } = await answer.json().catch(() => ({}));
  throw new Error(reason ?? `the relay answered ${answer.status}`);
}

/**
 * Follows the answers of these paths until the signal says stop or the stream ends.
 * onAnswer gets {watch, status, body}, first of each and then of what has changed.
 */
export async function follow(paths, onAnswer, signal) {
  const query = paths.map((path) => `watch=${encodeURIComponent(path)}`).join('&');
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE);
  try {
    const answer = await call(`/stream?${query}`, { signal: AbortSignal.any([signal, silent.signal]) });
    if (!answer.ok) throw new Error(answer.status === 503 ? 'too many pages watch already' : `answered ${answer.status}`);
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error('the stream ended');
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE);
      const events = (rest + value).split('\n\n');
      rest = events.pop();
      for (const event of events) {
        if (event.startsWith('data: ')) onAnswer(JSON.parse(event.slice(6)));
      }
    }
  } finally {
    clearTimeout(timer);
  }
}
