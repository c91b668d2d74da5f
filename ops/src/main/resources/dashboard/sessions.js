import { html } from './vendor/htm-preact.module.js';
import { bytes, count, micros, seconds } from './format.js';

export const LIMIT = 50;

/** What is asked of the relay for what somebody wants to see. */
export function queryOf(view) {
  const query = new URLSearchParams({ limit: LIMIT, sort: view.sort });
  for (const name of ['q', 'route', 'side', 'phase', 'offset']) {
    if (view[name]) query.set(name, view[name]);
  }
  return `/sessions?${query}`;
}

const COLUMNS = [
  ['phase', 'Phase', ''], ['key', 'Key', ''], ['route', 'Route', 'wide'], ['id', 'Session', 'mid'], ['since', 'Age', 'n'],
  ['rtt', 'Ping', 'n mid'], ['received', 'In', 'n mid'], ['sent', 'Out', 'n mid'], ['queue', 'Queue', 'n'],
  ['blocked', 'Held up', 'n mid'], ['undelivered', 'Lost', 'n wide'],
];

/** Most columns interest from the top; names from A. Age is the other way round than the start. */
const ASCENDING_FIRST = new Set(['phase', 'key', 'route', 'id']);

function Header({ view, change }) {
  const turn = (by) => {
    const first = ASCENDING_FIRST.has(by) ? by : `-${by}`;
    const second = ASCENDING_FIRST.has(by) ? `-${by}` : by;
    change({ sort: view.sort === first ? second : first, offset: 0 });
  };
  return html`<thead><tr>${COLUMNS.map(([by, label, style]) => {
    const up = by === 'since' ? '-since' : by; // the last to come is the youngest
    const sorted = view.sort === up ? 'ascending' : view.sort.replace('-', '') === by ? 'descending' : 'none';
    return html`<th class=${style} aria-sort=${sorted}>
      <button type="button" onClick=${() => turn(by)}>${label}<span aria-hidden="true">${{ ascending: '↑', descending: '↓', none: '' }[sorted]}</span></button></th>`;
  })}</tr></thead>`;
}

function Row({ session, chosen, open }) {
  const { queue } = session;
  return html`<tr class=${`${chosen ? 'chosen' : ''} ${session.side}`} onClick=${open} data-id=${session.id}>
    <td><span class=${`phase ${session.phase}`} title=${session.phase}><span>${session.draining ? 'draining' : session.phase}</span></span></td>
    <td class="key"><span class=${`side ${session.side}`} title=${session.side}>${session.side === 'client' ? 'C' : 'W'}</span><b>${session.key || html`<i class="none">pool</i>`}</b>
      <small class="only-small">${session.route}</small></td>
    <td class="wide">${session.route}</td>
    <td class="mid"><button type="button" class="link" aria-label=${`Show ${session.side} ${session.id}`}><code>${session.id.slice(0, 10)}</code></button></td>
    <td class="n">${seconds(session.ageSeconds)}</td>
    <td class=${`n mid ${session.rttMicros === null ? 'none' : ''}`}>${micros(session.rttMicros)}</td>
    <td class=${`n mid ${session.received.messages ? '' : 'none'}`}>${count(session.received.messages)}</td>
    <td class=${`n mid ${session.sent.messages ? '' : 'none'}`}>${count(session.sent.messages)}</td>
    <td class=${`n ${queue.blocking ? 'bad' : queue.messages ? 'warn' : 'none'}`}>${queue.messages ? bytes(queue.bytes) : '0'}</td>
    <td class=${`n mid ${session.blockedMillis ? 'warn' : 'none'}`}>${session.blockedMillis ? micros(session.blockedMillis * 1000) : '0'}</td>
    <td class=${`n wide ${session.undelivered ? 'warn' : 'none'}`}>${count(session.undelivered)}</td>
  </tr>`;
}

function Select({ name, label, options, view, change }) {
  return html`<label><span class="hidden">${label}</span>
    <select value=${view[name]} onChange=${(e) => change({ [name]: e.currentTarget.value, offset: 0 })}>
      <option value="">${label}</option>
      ${options.map((option) => html`<option value=${option} selected=${view[name] === option}>${option}</option>`)}
    </select></label>`;
}

/** The live sessions, a page at a time; filter, order and paging are the relay's. */
export function Sessions({ page, view, change, routes }) {
  const first = page ? Math.min(page.offset + 1, page.total) : 0;
  const last = page ? page.offset + page.sessions.length : 0;
  const filtered = view.q || view.route || view.side || view.phase;
  return html`<section class="card sessions" aria-label="Sessions">
    <header>
      <h2>Sessions</h2>
      <search>
        <input type="search" id="filter" placeholder="Key, id, route or address" value=${view.q} spellcheck="false"
          autocomplete="off" aria-label="Filter by key, id, route or address"
          onInput=${(e) => change({ q: e.currentTarget.value, offset: 0 })} />
        <${Select} name="route" label="All routes" options=${routes.map((r) => r.name)} ...${{ view, change }} />
        <${Select} name="side" label="Both sides" options=${['client', 'worker']} ...${{ view, change }} />
        <${Select} name="phase" label="Any phase" options=${['opening', 'waiting', 'paired', 'closing']} ...${{ view, change }} />
      </search>
      <div class="pages">
        <output id="total">${page ? (page.total ? `${count(first)}–${count(last)} of ${count(page.total)}` : '0') : ''}</output>
        <button type="button" aria-label="Previous page" disabled=${!page || page.offset === 0}
          onClick=${() => change({ offset: Math.max(0, view.offset - LIMIT) })}>‹</button>
        <button type="button" aria-label="Next page" disabled=${!page || last >= page.total}
          onClick=${() => change({ offset: view.offset + LIMIT })}>›</button>
      </div>
    </header>
    ${page && page.sessions.length > 0 ? html`<div class="scroll"><table>
      <${Header} ...${{ view, change }} />
      <tbody>${page.sessions.map((session) => html`<${Row} key=${session.id} session=${session}
        chosen=${view.session === session.id} open=${() => change({ session: session.id })} />`)}</tbody>
    </table></div>`
    : html`<p class="none empty">${!page ? 'Loading…' : filtered ? 'No session matches.' : 'No sessions yet. Connect some, or try the '}
      ${page && !filtered && html`<a href="/playground/">playground</a>.`}
      ${filtered && page && html` <button type="button" class="link" onClick=${() => change({ q: '', route: '', side: '', phase: '', offset: 0 })}>Show all</button>`}</p>`}
  </section>`;
}
