/** Figures as people read them. */

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });

export function count(n) {
  if (n < 1e5) return whole.format(n);
  return n < 1e6 ? `${short.format(n / 1e3)}k` : n < 1e9 ? `${short.format(n / 1e6)}M` : `${short.format(n / 1e9)}G`;
}

/** A rate or an average: small ones keep a digit. */
export function rate(n) {
  return n > 0 && n < 10 ? n.toFixed(1) : count(n);
}

export function bytes(n) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(n) : short.format(n)}\u00a0${units[unit]}`;
}

export function micros(n) {
  if (n === null || n === undefined) return '–';
  if (n < 1000) return `${Math.round(n)} µs`;
  return n < 1e6 ? `${short.format(n / 1e3)} ms` : `${short.format(n / 1e6)} s`;
}

export function seconds(s) {
  if (s < 60) return `${Math.floor(s)}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m ${Math.floor(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ${Math.floor((s % 3600) / 60)}m`;
  return `${Math.floor(s / 86400)}d ${Math.floor((s % 86400) / 3600)}h`;
}

/** How long ago, on the relay's clock. */
export function since(iso, now) {
  return seconds(Math.max(0, (Date.parse(now) - Date.parse(iso)) / 1000));
}

export function clock(iso, withMillis = false) {
  const at = new Date(iso);
  const time = at.toLocaleTimeString('en-GB');
  return withMillis ? `${time}.${String(at.getMilliseconds()).padStart(3, '0')}` : time;
}

export function plural(n, one, many = `${one}s`) {
  return `${whole.format(n)} ${n === 1 ? one : many}`;
}
