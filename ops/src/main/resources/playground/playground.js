/** The playground: a client and a worker of one route, side by side, over real connections. */
import * as admin from './admin.js';
import { refusal } from './explain.js';
import { size } from './messages.js';
import { Panel } from './panel.js';

const POLL_MS = 1000;
const CLOCK_SKEW_MS = 2000;
const byId = (id) => document.getElementById(id);
const panels = {};
let routes = [];

function start() {
  for (const side of ['client', 'worker']) {
    panels[side] = new Panel(side, panelElement(side), () => target(side),
      (asked) => refusal(asked, admin));
    panels[side].addEventListener('changed', () => changed(side));
    panels[side].addEventListener('sent', () => pulse(side, 'out'));
  }
  meet(panels.client, panels.worker);
  meet(panels.worker, panels.client);

  byId('route').addEventListener('change', showRoute);
  for (const id of ['keys', 'relay', 'subprotocols']) {
    byId(id).addEventListener('input', showTargets);
  }
  byId('setup').addEventListener('submit', (event) => {
    event.preventDefault();
    panels.worker.connect();
    panels.client.connect();
    panels.client.focus();
  });
  byId('theme').addEventListener('click', switchTheme);
  poll();
}

function panelElement(side) {
  const root = byId('panel').content.firstElementChild.cloneNode(true);
  root.classList.add(side);
  root.id = side;
  for (const element of [root, ...root.querySelectorAll('*')]) {
    for (const attribute of element.attributes) {
      attribute.value = attribute.value.replace('SIDE', side);
    }
  }
  byId('panels').append(root);
  return root;
}

/** Tells the receiver of a message when it was sent, if the other panel sent it. */
function meet(receiver, sender) {
  receiver.addEventListener('arrived', ({ detail }) => {
    detail.flight = sender.flights.arrive(detail.data);
    pulse(receiver.side, 'in');
  });
}

async function loadRoutes() {
  const { listen, routes: found } = await admin.routes();
  routes = found;
  byId('relay').value = relayAddress(listen);
  byId('flow-relay').textContent = `port ${listen.port}`;
  byId('route').replaceChildren(...routes.map((route) => new Option(route.name, route.name)));
  byId('both').disabled = false;
  showRoute();
}

/** A relay that listens everywhere is reached under the name that this page came from. */
function relayAddress({ host, port }) {
  const everywhere = ['0.0.0.0', '::', '[::]', ''].includes(host ?? '');
  const name = everywhere ? location.hostname : host;
  return `ws://${name.includes(':') && !name.startsWith('[') ? `[${name}]` : name}:${port}`;
}

function route() {
  return routes.find(({ name }) => name === byId('route').value);
}

function showRoute() {
  const { clients, subprotocols } = route();
  const before = keys();
  const variables = [...clients.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  byId('keys').replaceChildren(...variables.map((name) => keyField(name, before[name] ?? 'demo')));
  if (!variables.length) {
    byId('keys').textContent = 'A pool: any free worker serves any client.';
  }
  byId('subprotocols').value = (subprotocols ?? []).join(', ');
  showTargets();
}

function keyField(name, value) {
  const label = document.createElement('label');
  label.className = 'field';
  const input = document.createElement('input');
  Object.assign(input, { value, required: true, spellcheck: false, autocomplete: 'off' });
  input.dataset.variable = name;
  label.append(name, input);
  return label;
}

function keys() {
  const inputs = [...byId('keys').querySelectorAll('input')];
  return Object.fromEntries(inputs.map(({ dataset, value }) => [dataset.variable, value]));
}

function target(side) {
  const template = route() ? route()[`${side}s`] : '';
  const values = keys();
  const path = template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(values[name] ?? ''));
  return {
    side,
    route: route()?.name,
    key: Object.keys(values).sort().map((name) => values[name]).join('/'),
    url: byId('relay').value.replace(/\/+$/, '') + path,
    protocols: byId('subprotocols').value.split(',').map((name) => name.trim()).filter(Boolean),
  };
}

function showTargets() {
  Object.values(panels).forEach((panel) => panel.showTarget());
}

function changed(side) {
  const panel = panels[side];
  byId('spoken').textContent = `${side}: ${panel.words}`;
  byId('both').disabled = panels.client.connected && panels.worker.connected;
  if (panel.connected) showPhase(side);
  else show(side, undefined);
}

/** Once a second: the routes until they are known, then our own sessions while there are any. */
async function poll() {
  const banner = byId('banner');
  try {
    if (!routes.length) await loadRoutes();
    else if (!document.hidden) await lookAtSessions();
    banner.hidden = true;
  } catch (e) {
    banner.textContent = `The admin server does not answer: ${e.message}`;
    banner.hidden = false;
  }
  setTimeout(poll, POLL_MS);
}

async function lookAtSessions() {
  const open = Object.values(panels).filter((panel) => panel.open);
  for (const panel of open.filter(({ session }) => !session)) {
    panel.session = ownSession(panel, await admin.sessions(panel.asked.key))?.id;
  }
  for (const panel of open.filter(({ session }) => session)) {
    const session = await admin.session(panel.session);
    if (panel.open) show(panel.side, session);
  }
}

/** A script cannot read the session id of its handshake: the newest that fits since we asked. */
function ownSession({ asked }, sessions) {
  return sessions
    .filter(({ side, route, key, since }) => side === asked.side && route === asked.route
      && (key ?? '') === asked.key && Date.parse(since) >= asked.at - CLOCK_SKEW_MS)
    .sort((a, b) => Date.parse(b.since) - Date.parse(a.since))[0];
}

function show(side, session) {
  panels[side].showSession(session);
  const link = byId(`flow-${side}`);
  const rtt = session?.rttMicros;
  link.querySelector('.rtt').textContent =
    rtt === null || rtt === undefined ? '–' : `${(rtt / 1000).toFixed(2)} ms`;
  const queue = session?.queue;
  link.querySelector('.queue').textContent =
    queue ? `${queue.messages} · ${size(queue.bytes)}` : '';
  showPhase(side);
}

function showPhase(side) {
  byId(`flow-${side}-phase`).textContent = panels[side].words;
  byId(`flow-${side}`).dataset.state = panels[side].state;
}

/** A drop that runs along the wire; a few at a time, however fast messages come. */
function pulse(side, direction) {
  const wire = byId(`flow-${side}`).querySelector('.wire');
  if (wire.childElementCount >= 4) return;
  const drop = document.createElement('i');
  drop.className = (side === 'client') === (direction === 'out') ? 'right' : 'left';
  drop.addEventListener('animationend', () => drop.remove());
  wire.append(drop);
}

function switchTheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const { dataset } = document.documentElement;
  dataset.theme = (dataset.theme ?? (dark ? 'dark' : 'light')) === 'dark' ? 'light' : 'dark';
}

start();
