/* global uPlot */
import { html, useEffect, useMemo, useRef, useState } from './vendor/htm-preact.module.js';
import { bytes, clock, count, micros, rate } from './format.js';

const GAP_SECONDS = 20;
const SYNC = 'weir';

/** The samples of the last hour by column, with a hole where the relay was not seen. */
export class History {
  constructor() {
    this.columns = {};
    this.latency = 'rtt';
    this.version = 0;
  }

  load({ columns, samples, latency }) {
    this.columns = Object.fromEntries(columns.map((name) => [name, []]));
    this.latency = latency || this.latency;
    samples.forEach((sample) => this.add(Object.fromEntries(columns.map((name, i) => [name, sample[i]]))));
  }

  add(sample) {
    const times = this.columns.time;
    if (!times) return;
    const last = times.at(-1);
    if (last !== undefined && sample.time - last > GAP_SECONDS) this.push({ time: last + 1 });
    this.push(sample);
    if (times.length > 800) Object.values(this.columns).forEach((column) => column.shift());
    this.version++;
  }

  push(sample) {
    for (const [name, column] of Object.entries(this.columns)) column.push(sample[name] ?? null);
  }

  /** Takes a sample of the overview, should the last be old enough. */
  follow(now, stepSeconds) {
    const time = Math.floor(Date.parse(now.time) / 1000);
    const last = this.columns.time?.at(-1);
    if (last !== undefined && time - last < stepSeconds) return;
    this.latency = now.latency.of;
    this.add({
      time,
      clients: now.sessions.clients,
      workers: now.sessions.workers,
      pairs: now.pairs,
      waitingClients: now.waiting.clients,
      waitingWorkers: now.waiting.workers,
      blocked: now.blocked,
      messagesPerSecond: now.rate.messages,
      bytesPerSecond: now.rate.bytes,
      undeliveredPerSecond: now.rate.undelivered,
      queuedBytes: now.queues.bytes,
      latencyP50Micros: now.latency.p50Micros,
      latencyP99Micros: now.latency.p99Micros,
    });
  }
}

function plots(latency) {
  return [
    {
      title: 'Messages in', format: (v) => `${rate(v)}/s`,
      lines: [
        { column: 'messagesPerSecond', label: 'messages', color: '--accent', fill: true },
        { column: 'undeliveredPerSecond', label: 'undelivered', color: '--bad' },
      ],
    },
    {
      title: 'Bytes in', format: (v) => `${bytes(v)}/s`, binary: true,
      lines: [{ column: 'bytesPerSecond', label: 'payload', color: '--accent', fill: true }],
    },
    {
      title: latency === 'forward' ? 'Forward latency' : 'Round trip of pings', format: micros,
      lines: [
        { column: 'latencyP99Micros', label: 'p99', color: '--worker' },
        { column: 'latencyP50Micros', label: 'p50', color: '--accent', fill: true },
      ],
    },
    {
      title: 'Sessions', format: count,
      lines: [
        { column: 'clients', label: 'clients', color: '--client' },
        { column: 'workers', label: 'workers', color: '--worker' },
        { column: 'pairs', label: 'pairs', color: '--good', fill: true },
      ],
    },
    {
      title: 'Waiting', format: count,
      lines: [
        { column: 'waitingClients', label: 'clients', color: '--client', fill: true },
        { column: 'waitingWorkers', label: 'workers', color: '--worker' },
        { column: 'blocked', label: 'held up', color: '--bad' },
      ],
    },
    {
      title: 'Queued', format: bytes, binary: true,
      lines: [{ column: 'queuedBytes', label: 'payload', color: '--accent', fill: true }],
    },
  ];
}

function color(name, alpha) {
  const value = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  // Canvas knows no light-dark(): let an element work it out.
  const probe = document.createElement('i');
  probe.style.color = value;
  document.body.append(probe);
  const rgb = getComputedStyle(probe).color;
  probe.remove();
  return alpha === undefined ? rgb : rgb.replace(/^rgb\(([^)]*)\)$/, `rgba($1, ${alpha})`);
}

function options(plot, width, height, onCursor) {
  const axis = {
    stroke: color('--muted'), font: '11px system-ui, sans-serif',
    grid: { stroke: color('--line'), width: 1 }, ticks: { show: false },
  };
  return {
    width, height, padding: [8, 28, 0, 0], legend: { show: false },
    cursor: { sync: { key: SYNC }, y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: { y: { range: (_, low, high) => [0, Math.max(high * 1.15, plot.binary ? 1024 : plot.format === micros ? 100 : 4)] } },
    axes: [
      {
        ...axis, size: 22, gap: 4, space: 64, grid: { show: false },
        values: (_, times, __, ___, step) => times.map((t) => clock(t * 1000).slice(0, step < 60 ? 8 : 5)),
      },
      {
        ...axis, size: 58, gap: 6, space: 34,
        values: (_, values) => values.map(plot.format),
        ...(plot.binary && { incrs: [...Array(42).keys()].flatMap((p) => [2 ** p]) }),
        ...(plot.format === count && { incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5] }),
      },
    ],
    series: [
      {},
      ...plot.lines.map((line) => ({
        stroke: color(line.color), width: 1.5, points: { show: false },
        ...(line.fill && { fill: color(line.color, 0.1) }),
      })),
    ],
    hooks: { setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)] },
  };
}

function Plot({ plot, history, version, range, theme }) {
  const holder = useRef();
  const chart = useRef();
  const [at, setAt] = useState(null);
  const columns = history.columns;

  const data = useMemo(() => {
    const times = columns.time ?? [];
    const from = times.length ? times.at(-1) - range : 0;
    const first = times.findIndex((t) => t >= from);
    const part = (column) => (first < 0 ? [] : (columns[column] ?? []).slice(first));
    return [part('time'), ...plot.lines.map((line) => part(line.column))];
  }, [version, range, plot.title]);

  useEffect(() => {
    const size = () => [holder.current.clientWidth, holder.current.clientHeight];
    const [width, height] = size();
    chart.current = new uPlot(options(plot, width, height, setAt), data, holder.current);
    const watcher = new ResizeObserver(() => {
      const [w, h] = size();
      chart.current.setSize({ width: w, height: h });
    });
    watcher.observe(holder.current);
    return () => {
      watcher.disconnect();
      chart.current.destroy();
    };
  }, [plot.title, theme]);

  useEffect(() => {
    const times = data[0];
    const max = times.at(-1) ?? Date.now() / 1000;
    // A relay that has just started fills the plot from the left.
    const min = Math.min(Math.max(max - range, times[0] ?? 0), max - 60);
    chart.current.batch(() => {
      chart.current.setData(data, false);
      chart.current.setScale('x', { min, max });
    });
  }, [data, theme]);

  const shown = at ?? data[0].length - 1;
  return html`<figure class="plot">
    <figcaption>
      <b>${plot.title}</b>
      ${at !== null && data[0][at] !== undefined && html`<time>${clock(data[0][at] * 1000)}</time>`}
      <span class="legend">${plot.lines.map((line, i) => html`
        <span class=${`key ${line.color.slice(2)}`}>${line.label} <b>${data[i + 1][shown] === null || data[i + 1][shown] === undefined
    ? '–' : plot.format(data[i + 1][shown])}</b></span>`)}</span>
    </figcaption>
    <div class="canvas" ref=${holder} role="img" aria-label=${`${plot.title} over time`}></div>
  </figure>`;
}

const RANGES = [[300, '5 min'], [900, '15 min'], [3600, '1 hour']];

export function Plots({ history, version, theme }) {
  const [range, setRange] = useState(900);
  return html`<section class="plots" aria-label="Over time">
    <div class="ranges" role="group" aria-label="How far back">
      ${RANGES.map(([value, label]) => html`<button type="button" aria-pressed=${range === value}
        onClick=${() => setRange(value)}>${label}</button>`)}
    </div>
    <div class="grid">
      ${plots(history.latency).map((plot) => html`<${Plot} key=${plot.title} ...${{ plot, history, version, range, theme }} />`)}
    </div>
  </section>`;
}
