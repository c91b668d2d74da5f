import { html, render, useCallback, useEffect, useMemo, useRef, useState } from './vendor/htm-preact.module.js';
import { Unauthorized, follow, get, token } from './api.js';
import { Connectors, Findings, Notices, Routes, Summary, Waiting } from './parts.js';
import { Detail } from './detail.js';
import { History, Plots } from './plots.js';
import { Sessions, queryOf } from './sessions.js';
import { since } from './format.js';

const RETRY = [1, 2, 5, 10];
const NODE = ['/overview', '/routes', '/connectors', '/config'];
const WORST = 4;
const ALL = 1000;

/** What is looked at lives in the address, so that a link shows the same. */
function fromAddress() {
  const hash = new URLSearchParams(location.hash.slice(1));
  return {
    q: hash.get('q') ?? '', route: hash.get('route') ?? '', side: hash.get('side') ?? '',
    phase: hash.get('phase') ?? '', sort: hash.get('sort') ?? '-since',
    offset: Number(hash.get('offset')) || 0, session: hash.get('session') ?? '',
  };
}

function toAddress(view) {
  const hash = new URLSearchParams(Object.entries(view)
    .filter(([name, value]) => value && !(name === 'sort' && value === '-since')));
  window.history.replaceState(null, '', hash.size ? `#${hash}` : location.pathname);
}

/** Follows the paths for as long as the page is open; gives the answers by path, and its state. */
function useLive(paths, onOpen, attempt) {
  const [answers, setAnswers] = useState({});
  const [state, setState] = useState({ is: 'connecting' });
  const key = paths.join(' ');
  useEffect(() => {
    const stop = new AbortController();
    let failures = 0;
    (async () => {
      while (!stop.signal.aborted) {
        let first = true;
        try {
          await follow(paths, ({ watch, status, body }) => {
            if (first) {
              first = false;
              failures = 0;
              setState({ is: 'live' });
            }
            setAnswers((all) => ({ ...all, [watch]: { status, body } }));
          }, stop.signal);
        } catch (failure) {
          if (stop.signal.aborted) return;
          if (failure instanceof Unauthorized) {
            setState({ is: 'locked' });
            return;
          }
          const wait = RETRY[Math.min(failures++, RETRY.length - 1)];
          setState({ is: 'lost', why: failure.message });
          await new Promise((resolve) => {
            setTimeout(resolve, wait * 1000);
          });
        }
      }
    })();
    return () => stop.abort();
  }, [key, attempt]);
  useEffect(() => {
    if (state.is === 'live') onOpen();
  }, [state.is]);
  return { answers, state, unlock: () => setState({ is: 'connecting' }) };
}

function useTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const [theme, setTheme] = useState(localStorage.getItem('weir-theme') ?? '');
  const [system, setSystem] = useState(dark.matches);
  useEffect(() => {
    const changed = () => setSystem(dark.matches);
    dark.addEventListener('change', changed);
    return () => dark.removeEventListener('change', changed);
  }, []);
  const shown = theme || (system ? 'dark' : 'light');
  document.documentElement.dataset.theme = shown;
  return [shown, () => {
    const next = shown === 'dark' ? 'light' : 'dark';
    localStorage.setItem('weir-theme', next);
    setTheme(next);
  }];
}

function Login({ wrong, onToken }) {
  const field = useRef();
  useEffect(() => field.current.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    onToken(field.current.value.trim());
  };
  return html`<main class="login">
    <form onSubmit=${submit}>
      <img src="/dashboard/icon.svg" alt="" width="40" height="40" />
      <h1>Weir</h1>
      <p>This relay asks for its admin token: <code>admin.token</code> of its config.</p>
      <label>Token <input ref=${field} type="password" autocomplete="current-password" required
        aria-invalid=${wrong} /></label>
      ${wrong && html`<p class="bad" role="alert">This is not the token.</p>`}
      <button class="primary">Open</button>
      <small>It is kept in this tab until you close it.</small>
    </form>
  </main>`;
}

const STATES = {
  live: ['good', 'live'], lost: ['bad', 'no connection'], connecting: ['', 'connecting'], draining: ['warn', 'draining'],
};

function Head({ now, state, theme, turn, onLeave }) {
  const is = state.is === 'live' && now?.draining ? 'draining' : state.is;
  const [tone, word] = STATES[is] ?? STATES.connecting;
  return html`<header class="top">
    <img src="/dashboard/icon.svg" alt="" width="28" height="28" />
    <h1>Weir</h1>
    <span class=${`pill ${tone}`} id="state" role="status" title=${state.why ?? ''}>${word}</span>
    ${now && html`<span class="about">${now.version} <span>up ${since(now.started, now.time)}</span></span>`}
    <nav>
      <a href="/playground/">Playground</a>
      ${token.get() && html`<button type="button" class="quiet" onClick=${onLeave}>Lock</button>`}
      <button type="button" class="quiet" id="theme" onClick=${turn}
        aria-label=${theme === 'dark' ? 'Switch to light' : 'Switch to dark'}>${theme === 'dark' ? '☀' : '☾'}</button>
    </nav>
  </header>`;
}

function App() {
  const [view, setView] = useState(fromAddress);
  const [asked, setAsked] = useState(queryOf(view));
  const [attempts, setAttempts] = useState(0);
  const history = useRef(new History()).current;
  const [version, setVersion] = useState(0);
  const [theme, turn] = useTheme();
  const [all, setAll] = useState(false);

  const change = useCallback((part) => setView((old) => {
    const next = { ...old, ...part };
    toAddress(next);
    return next;
  }), []);
  useEffect(() => {
    const moved = () => setView(fromAddress());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  useEffect(() => { // a pause in typing, not each letter, asks again
    const timer = setTimeout(() => setAsked(queryOf(view)), 200);
    return () => clearTimeout(timer);
  }, [queryOf(view)]);

  const one = view.session && `/sessions/${encodeURIComponent(view.session)}`;
  const found = `/findings?limit=${all ? ALL : WORST}`;
  const paths = useMemo(() => [...NODE, found, asked, ...(one ? [one, `${one}/events`] : [])], [found, asked, one]);
  const { answers, state, unlock } = useLive(paths, async () => {
    try {
      history.load(await get('/history'));
      setVersion(history.version);
    } catch {
      // the next connection brings it
    }
  }, attempts);

  const ok = (path) => (answers[path]?.status === 200 ? answers[path].body : undefined);
  const now = ok('/overview');
  useEffect(() => {
    if (now) {
      history.follow(now, 5);
      setVersion(history.version);
    }
  }, [now?.time]);

  const last = useRef();
  last.current = ok(asked) ?? last.current;
  const report = useRef();
  report.current = ok(found) ?? report.current;
  const findings = report.current;
  useEffect(() => {
    document.title = findings?.open ? `(${findings.open}) Weir` : 'Weir';
  }, [findings?.open]);

  if (state.is === 'locked') {
    return html`<${Login} wrong=${attempts > 0 || Boolean(token.get())} onToken=${(value) => {
      token.set(value);
      setAttempts(attempts + 1);
      unlock();
    }} key=${attempts} />`;
  }
  const open = (session) => change({ session });
  const routes = ok('/routes');
  return html`
    <${Head} ...${{ now, state, theme, turn }} onLeave=${() => {
    token.set('');
    location.reload();
  }} />
    <main class=${state.is === 'lost' ? 'stale' : ''}>
      <${Notices} ...${{ state, now }} config=${ok('/config')} refusal=${answers[asked]?.status === 400 ? answers[asked].body.reason : ''} />
      <${Findings} report=${findings} ...${{ now, open, all }} turn=${() => setAll(!all)} />
      <${Summary} now=${now} />
      <${Plots} ...${{ history, version, theme }} />
      <div class="columns">
        <${Routes} routes=${routes?.routes} now=${now} chosen=${view.route}
          choose=${(route) => change({ route, offset: 0 })} />
        <div class="beside">
          <${Connectors} list=${ok('/connectors')} now=${now} />
          <${Waiting} now=${now} routes=${routes?.routes} />
        </div>
      </div>
      <${Sessions} page=${last.current} now=${now} view=${view} change=${change}
        routes=${routes?.routes ?? []} />
    </main>
    ${one && html`<${Detail} key=${view.session} id=${view.session} answer=${answers[one]}
      events=${ok(`${one}/events`)} now=${now} close=${() => open('')} open=${open} />`}`;
}

render(html`<${App} />`, document.getElementById('app'));
