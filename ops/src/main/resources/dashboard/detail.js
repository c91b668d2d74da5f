import { html, useEffect, useRef, useState } from './vendor/htm-preact.module.js';
import { act } from './api.js';
import { bytes, clock, count, micros, plural, seconds } from './format.js';

/** Asks before something is done that cannot be undone. */
function Confirm({ ask, onDone, onCancel }) {
  const dialog = useRef();
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  useEffect(() => dialog.current.showModal(), []);
  const go = async () => {
    setBusy(true);
    try {
      await act(ask.method, ask.path);
      onDone();
    } catch (failure) {
      setProblem(failure.message || 'the token is wrong');
      setBusy(false);
    }
  };
  return html`<dialog ref=${dialog} class="confirm" onClose=${onCancel} aria-labelledby="confirm-title">
    <h2 id="confirm-title">${ask.title}</h2>
    <p>${ask.text}</p>
    ${problem && html`<p class="bad" role="alert">${problem}</p>`}
    <div class="buttons">
      <button type="button" onClick=${() => dialog.current.close()}>Cancel</button>
      <button type="button" class="danger" disabled=${busy} onClick=${go}>${ask.button}</button>
    </div>
  </dialog>`;
}

function Fact({ label, children, id }) {
  return html`<div><dt>${label}</dt><dd id=${id}>${children}</dd></div>`;
}

function Facts({ session, open }) {
  const { queue } = session;
  return html`<dl class="facts">
    <${Fact} label="Id"><code>${session.id}</code><//>
    <${Fact} label="Key"><b>${session.key || '–'}</b><//>
    <${Fact} label="Route">${session.route}<//>
    <${Fact} label="Peer"><code>${session.peer.address}</code><//>
    <${Fact} label="Partner">${session.pairedWith
    ? html`<button type="button" class="link" onClick=${() => open(session.pairedWith)}><code>${session.pairedWith.slice(0, 10)}</code></button>`
    : session.connector ? html`connector <b>${session.connector}</b>` : '–'}<//>
    <${Fact} label="Since">${clock(session.since)} <small>(${seconds(session.ageSeconds)})</small><//>
    <${Fact} label="Last heard">${clock(session.lastActivity)}<//>
    <${Fact} label="Ping">${micros(session.rttMicros)}<//>
    <${Fact} label="Received">${count(session.received.messages)} <small>${bytes(session.received.bytes)}</small><//>
    <${Fact} label="Sent to it">${count(session.sent.messages)} <small>${bytes(session.sent.bytes)}</small><//>
    <${Fact} label="Its queue">${count(queue.messages)} <small>${bytes(queue.bytes)}</small>${queue.blocking && html` <span class="pill bad">full</span>`}<//>
    <${Fact} label="High water">${count(queue.highWaterMessages)} <small>${bytes(queue.highWaterBytes)}</small><//>
    <${Fact} label="Held up">${micros(session.blockedMillis * 1000)}<//>
    <${Fact} label="Undelivered">${count(session.undelivered)} <small>${count(queue.dropped)} dropped</small><//>
    <${Fact} label="Subprotocol">${session.subprotocol || '–'}<//>
    <${Fact} label="Trace"><code class="cut" title=${session.traceId}>${session.traceId}</code><//>
  </dl>`;
}

/** The flight recorder, the last event first; sizes and times only. */
function Events({ events }) {
  if (!events) return '';
  const list = [...(Array.isArray(events) ? events : events.events)].reverse();
  return html`<section aria-label="Flight recorder">
    <h3>Flight recorder <small>${plural(list.length, 'event')}</small></h3>
    ${list.length === 0 ? html`<p class="none">Nothing happened yet.</p>` : html`<ol class="events" id="events">
      ${list.map((event) => html`<li class=${event.what}>
        <time>${clock(event.at, true)}</time><span>${event.what}</span>
        <b>${event.messages ? count(event.messages) : ''}</b><i>${event.bytes ? bytes(event.bytes) : ''}</i></li>`)}
    </ol>`}
  </section>`;
}

/** One session beside the list. */
export function Detail({ id, answer, events, close, open }) {
  const panel = useRef();
  const last = useRef();
  const [ask, setAsk] = useState();
  if (answer?.status === 200) last.current = answer.body;
  const session = last.current;
  const ended = answer && answer.status === 404;

  useEffect(() => {
    const before = document.activeElement;
    panel.current.focus();
    const key = (event) => {
      if (event.key === 'Escape' && !document.querySelector('dialog[open]')) close();
    };
    addEventListener('keydown', key);
    return () => {
      removeEventListener('keydown', key);
      before?.focus?.();
    };
  }, []);

  return html`<aside class="detail" ref=${panel} tabindex="-1" aria-label="Session">
    <header>
      ${session && html`<span class=${`side ${session.side}`}>${session.side}</span>`}
      <h2>${session ? session.key || session.id.slice(0, 10) : id.slice(0, 10)}</h2>
      <span class=${`pill ${ended ? '' : session?.phase === 'paired' ? 'good' : 'warn'}`} id="detail-phase">${ended ? 'ended' : session?.phase ?? '…'}</span>
      <button type="button" class="quiet" aria-label="Close this panel" onClick=${close}>✕</button>
    </header>
    ${ended && html`<p class="banner">${session ? 'This session has ended; this is how it was last seen.' : 'No session of this id is live.'}</p>`}
    ${session && html`<${Facts} session=${session} open=${open} />`}
    <${Events} events=${events} />
    ${session && !ended && html`<footer class="buttons">
      ${session.side === 'worker' && !session.draining && html`<button type="button" id="drain" onClick=${() => setAsk({
    method: 'POST', path: `/workers/${session.id}/drain`, button: 'Drain it', title: 'Drain this worker?',
    text: 'It gets no further client, and is told 1012 when its pair has ended. This cannot be taken back.',
  })}>Drain…</button>`}
      <button type="button" class="danger" id="close-session" onClick=${() => setAsk({
    method: 'DELETE', path: `/sessions/${session.id}`, button: 'Close it', title: `Close this ${session.side}?`,
    text: session.pair
      ? 'It is told 1001, “closed by the operator”, and its pair ends. What it has sent so far is delivered.'
      : 'It is told 1001, “closed by the operator”.',
  })}>Close session…</button>
    </footer>`}
    ${ask && html`<${Confirm} ask=${ask} onDone=${() => setAsk()} onCancel=${() => setAsk()} />`}
  </aside>`;
}
