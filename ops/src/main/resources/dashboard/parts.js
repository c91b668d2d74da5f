import { html, useEffect, useRef, useState } from './vendor/htm-preact.module.js';
import { bytes, clock, count, micros, plural, rate, seconds, since } from './format.js';

/** A changed config is news for so long. */
const NEWS_SECONDS = 600;

function keys(list) {
  return list.map((key, i) => html`${i ? ', ' : ''}<code>${key}</code>`);
}

/** What an operator should know of the page and of the config. */
export function Notices({ state, config, refusal, now }) {
  const age = config && now ? (Date.parse(now.time) - Date.parse(config.loaded)) / 1000 : NEWS_SECONDS;
  return html`
    ${state.is === 'lost' && html`<p class="banner bad" role="alert">
      No connection to the relay: ${state.why}. What is shown is what it was; trying again.</p>`}
    ${refusal && html`<p class="banner bad" role="alert">${refusal}</p>`}
    ${config?.refused && html`<details class="banner warn" id="refused" open>
      <summary>The config that was changed at ${clock(config.refused.time)} is refused, the one before it is still
        in force: ${plural(config.refused.problems.length, 'mistake')}</summary>
      <ul>${config.refused.problems.map((problem) => html`<li><code>${problem}</code></li>`)}</ul>
    </details>`}
    ${config?.applied?.length > 0 && age < NEWS_SECONDS && html`<p class="banner" id="applied">
      Changed at ${clock(config.loaded)}, in force for newcomers: ${keys(config.applied)}</p>`}
    ${config?.needsRestart?.length > 0 && html`<p class="banner" id="needs-restart">
      The config file has what needs a restart: ${keys(config.needsRestart)}</p>`}`;
}

function Culprit({ of, open }) {
  if (!of) return '';
  return html`<span class="culprit">
    ${of.session && html`<button type="button" class="link" onClick=${() => open(of.session)}>
      ${of.side ?? 'session'} <code>${of.session.slice(0, 8)}</code></button>`}
    ${of.route && html`<span>route <b>${of.route}</b></span>`}
    ${of.connector && html`<span>connector <b>${of.connector}</b></span>`}
    ${of.thread && html`<span>thread <code>${of.thread}</code></span>`}
  </span>`;
}

function evidence(value) {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Finding({ finding, now, open }) {
  return html`<details class=${finding.severity}>
    <summary>
      <span class="severity">${finding.severity}</span>
      <span class="kind">${finding.kind}</span>
      <span class="what">${finding.summary}</span>
      ${now && html`<span class="age">${since(finding.since, now.time)}</span>`}
    </summary>
    <${Culprit} of=${finding.culprit} open=${open} />
    <p>${finding.whatToDo}</p>
    <dl>${Object.entries(finding.evidence ?? {}).map(([name, value]) => html`<div><dt>${name}</dt><dd>${evidence(value)}</dd></div>`)}</dl>
    ${finding.culprit?.stack?.length > 0 && html`<pre>${finding.culprit.stack.join('\n')}</pre>`}
  </details>`;
}

/** What is wrong, the worst first; all of it only for who asks. */
export function Findings({ report, now, open, all, turn }) {
  if (!report) return '';
  if (!report.open) {
    return html`<p class="fine" id="findings"><span class="dot good"></span>No findings: nothing stands out.</p>`;
  }
  const more = report.open - report.findings.length;
  return html`<section class="findings" id="findings" aria-label="Findings">
    ${report.findings.map((finding) => html`<${Finding} key=${finding.id} ...${{ finding, now, open }} />`)}
    ${(more > 0 || all) && html`<button type="button" class="quiet" id="more-findings" onClick=${turn}>
      ${all ? 'Show the worst only' : `${plural(more, 'more finding')}`}</button>`}
  </section>`;
}

function Figure({ id, label, value, unit, children, tone }) {
  return html`<div class=${`figure ${tone ?? ''}`} id=${id}>
    <dt>${label}</dt>
    <dd><b>${value}</b>${unit && html`<i>${unit}</i>`}<small>${children}</small></dd>
  </div>`;
}

function Bar({ share, label }) {
  const at = Math.min(1, share || 0);
  return html`<meter class="bar" min="0" max="1" low="0.7" high="0.9" optimum="0" value=${at} aria-label=${label}></meter>`;
}

/** The node in a line. */
export function Summary({ now }) {
  if (!now) return html`<dl class="summary empty" aria-busy="true"></dl>`;
  const { sessions, queues, latency } = now;
  return html`<dl class="summary">
    <${Figure} id="sessions-live" label="Sessions" value=${count(sessions.total)}>
      ${plural(sessions.clients, 'client')}, ${plural(sessions.workers, 'worker')}
      <${Bar} share=${sessions.total / sessions.limit} label="of the connection limit" /><//>
    <${Figure} id="pairs-live" label="Pairs" value=${count(now.pairs)}>
      ${count(sessions.closing + sessions.opening)} opening or closing<//>
    <${Figure} id="waiting-live" label="Waiting clients" value=${count(now.waiting.clients)} tone=${now.waiting.clients ? 'warn' : ''}>
      ${plural(now.waiting.workers, 'free worker')}<//>
    <${Figure} label="Messages in" value=${rate(now.rate.messages)} unit="/s">
      ${bytes(now.rate.bytes)}/s, ${count(now.total.messages)} so far<//>
    <${Figure} label=${latency.of === 'forward' ? 'Forward latency' : 'Ping round trip'}
      value=${latency.count ? micros(latency.p50Micros) : '–'}>
      ${latency.count ? `p99 ${micros(latency.p99Micros)}` : 'no measurement yet'}<//>
    <${Figure} label="Queued" value=${bytes(queues.bytes)}>
      ${bytes(queues.memoryUsed)} of ${bytes(queues.memoryLimit)} memory
      <${Bar} share=${queues.memoryUsed / queues.memoryLimit} label="of the queue memory" /><//>
    <${Figure} label="Held up" value=${count(now.blocked)} tone=${now.blocked ? 'bad' : ''}>
      ${count(now.total.undelivered)} undelivered so far<//>
  </dl>`;
}

/** Messages per second of each route, from one look to the next. */
function useRates(routes, now) {
  const before = useRef();
  const [rates, setRates] = useState({});
  useEffect(() => {
    if (!routes || !now) return;
    const time = Date.parse(now.time) / 1000;
    const totals = Object.fromEntries(routes.map((r) => [r.name, r.fromClients.messages + r.fromWorkers.messages]));
    const then = before.current;
    if (!then) before.current = { time, totals };
    else if (time - then.time >= 3) {
      setRates(Object.fromEntries(Object.entries(totals).map(([name, total]) => [
        name, Math.max(0, total - (then.totals[name] ?? total)) / (time - then.time)])));
      before.current = { time, totals };
    }
  }, [routes, now?.time]);
  return rates;
}

export function Routes({ routes, now, chosen, choose }) {
  const rates = useRates(routes, now);
  if (!routes) return '';
  return html`<section class="card routes" aria-label="Routes">
    <h2>Routes</h2>
    <div class="scroll"><table>
      <thead><tr><th>Route</th><th class="n">Pairs</th><th class="n">Clients</th><th class="n">Workers</th>
        <th class="n">Messages</th><th class="n">Lost</th></tr></thead>
      <tbody>${routes.map((route) => html`<tr key=${route.name} class=${`${chosen === route.name ? 'chosen' : ''} ${route.active ? '' : 'gone'}`}
        onClick=${() => choose(chosen === route.name ? '' : route.name)}>
        <td><button type="button" class="link" aria-pressed=${chosen === route.name}>${route.name}</button>
          <small>${route.active ? html`<code>${route.clients}</code>` : 'not in the config any more'}</small></td>
        <td class="n">${count(route.pairs)}</td>
        <td class="n">${count(route.liveClients)}</td>
        <td class="n">${route.connector ? html`<small class="service" title=${route.connector}>${route.connector}</small>` : count(route.liveWorkers)}</td>
        <td class="n">${rate(rates[route.name] ?? 0)}/s</td>
        <td class=${`n ${route.undelivered ? 'warn' : 'none'}`}>${count(route.undelivered)}</td>
      </tr>`)}</tbody>
    </table></div>
  </section>`;
}

/** Who waits for whom, where there is anybody. */
export function Waiting({ now, routes }) {
  const some = (routes ?? []).filter((route) => route.waitingClients || route.waitingWorkers);
  if (!now) return '';
  return html`<section class="card" id="waiting-room" aria-label="Waiting room">
    <h2>Waiting room</h2>
    ${some.length === 0 ? html`<p class="none">Nobody waits.</p>` : html`<div class="scroll"><table>
      <thead><tr><th>Route</th><th class="n">Clients wait</th><th class="n">Free workers</th></tr></thead>
      <tbody>${some.map((route) => html`<tr key=${route.name}>
        <td>${route.name}</td>
        <td class=${`n ${route.waitingClients ? 'warn' : 'none'}`}>${count(route.waitingClients)}</td>
        <td class=${`n ${route.waitingWorkers ? '' : 'none'}`}>${count(route.waitingWorkers)}</td></tr>`)}</tbody>
    </table></div>`}
  </section>`;
}

const TONES = { closed: 'good', 'half-open': 'warn', open: 'bad', 'forced-open': 'bad', 'forced-closed': 'warn' };

function percent(value) {
  return value === null || value === undefined ? '–' : `${Math.round(value)}%`;
}

function until(probe, now) {
  const left = (Date.parse(probe) - Date.parse(now)) / 1000;
  return left >= 1 ? `tries again in ${seconds(left)}` : 'tries again with the next call';
}

/** Worker services that are reached by connectors, and what their breakers do. */
export function Connectors({ list, now }) {
  const connectors = Array.isArray(list) ? list : list?.connectors;
  if (!connectors?.length) return '';
  return html`<section class="card" id="connectors" aria-label="Connectors">
    <h2>Connectors</h2>
    <ul class="connectors">${connectors.map((each) => {
    const state = String(each.state).toLowerCase().replace('_', '-');
    const error = each.lastError?.text ?? each.lastError;
    return html`<li key=${each.name}>
      <span class="name"><b>${each.name}</b> <small>${each.type}</small></span>
      <span class=${`pill ${TONES[state] ?? ''}`} title="Circuit breaker">${state}</span>
      <span class="rates">failed ${percent(each.failureRate)}, slow ${percent(each.slowRate)}</span>
      ${each.nextProbe && now && html`<small class="next">${until(each.nextProbe, now.time)}</small>`}
      ${error && html`<small class="error">${error}</small>`}
    </li>`;
  })}</ul>
  </section>`;
}
