// Uses the dashboard in Chromium as an operator would and prints what it shows, as one JSON object.
// usage: dashboard.mjs http://127.0.0.1:9090/ ws://127.0.0.1:8080 story [screenshot folder]
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';
import WebSocket from 'ws';

const [, , address, relay, story, folder] = process.argv;
const sockets = [];

function connect(path) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(relay + path);
    sockets.push(socket);
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

async function pairs(prefix, count) {
  for (let i = 0; i < count; i++) {
    const client = await connect(`/client/${prefix}-${i}`);
    const worker = await connect(`/worker/${prefix}-${i}`);
    worker.on('message', (message, binary) => worker.send(message, { binary }));
    client.send(`hello ${i}`);
  }
}

/** As {@link pairs}, many at a time. */
async function crowd(count) {
  const atOnce = 100;
  for (let i = 0; i < count; i += atOnce) {
    await Promise.all([...Array(atOnce).keys()].map(async (k) => {
      await connect(`/client/robot-${i + k}`);
      await connect(`/worker/robot-${i + k}`);
    }));
  }
}

/** A worker that reads nothing, and a client that sends it more than fits anywhere. */
async function stalledPair(key) {
  const worker = await connect(`/worker/${key}`);
  worker._socket.pause();
  const client = await connect(`/client/${key}`);
  for (let i = 0; i < 400; i++) client.send(Buffer.alloc(16 * 1024));
}

function closed(socket) {
  return new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
}

const rows = (page) => page.locator('.sessions tbody tr');
const total = (page, text) => page.locator('#total', { hasText: text }).waitFor();

async function shot(page, name) {
  if (folder) await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

/** In the other colours, and at the width of a phone. */
async function shots(page, name) {
  await shot(page, name);
  await page.emulateMedia({ colorScheme: 'dark' });
  await shot(page, `${name}-dark`);
  await page.setViewportSize({ width: 360, height: 740 });
  await shot(page, `${name}-phone`);
}

const stories = {
  async watch(page) {
    await pairs('robot', 3);
    await connect('/client/lonely');
    await page.locator('#pairs-live b', { hasText: /^3$/ }).waitFor();
    await page.locator('#waiting-live b', { hasText: /^1$/ }).waitFor();
    await total(page, '1–7 of 7');
    await page.locator('.plot canvas').first().waitFor();
    await page.waitForFunction(() => /[1-9]/.test(document.querySelector('.plot .legend b').textContent));
    await shot(page, 'watch');
    return {
      plots: await page.locator('.plot canvas').count(),
      waiting: await page.locator('#waiting-room td').allTextContents(),
      state: await page.textContent('#state'),
    };
  },

  async filter(page) {
    await pairs('filter', 60);
    await total(page, /^1–50 of 12[0-9]/);
    const first = await rows(page).count();
    await page.click('[aria-label="Next page"]');
    await total(page, /^51–100/);
    await page.fill('#filter', 'filter-59');
    await total(page, '1–2 of 2');
    const found = await rows(page).locator('.key b').allTextContents();
    await page.fill('#filter', 'nobody-has-this');
    await page.locator('.sessions .empty', { hasText: 'No session matches' }).waitFor();
    await page.locator('.sessions .empty button').click();
    await page.locator('.sessions th button', { hasText: 'Key' }).click();
    await page.waitForFunction(() => document.querySelector('.sessions .key b')?.textContent === 'filter-0');
    return { first, found, address: page.url() };
  },

  async close(page) {
    const client = await connect('/client/close-me');
    const worker = await connect('/worker/close-me');
    const ends = Promise.all([closed(client), closed(worker)]);
    await page.fill('#filter', 'close-me');
    await total(page, '1–2 of 2');
    await rows(page).first().click();
    await page.locator('#detail-phase', { hasText: 'paired' }).waitFor();
    await shot(page, 'detail');
    await page.click('#close-session');
    await page.locator('dialog button', { hasText: 'Cancel' }).click();
    await page.locator('dialog').waitFor({ state: 'detached' });
    const kept = client.readyState === WebSocket.OPEN;
    await page.click('#close-session');
    await page.locator('dialog button', { hasText: 'Close it' }).click();
    await page.locator('#detail-phase', { hasText: 'ended' }).waitFor();
    return { kept, ends: await ends };
  },

  async drain(page) {
    const worker = await connect('/worker/drain-me');
    const end = closed(worker);
    await page.fill('#filter', 'drain-me');
    await rows(page).first().click();
    await page.click('#drain');
    await page.locator('dialog button', { hasText: 'Drain it' }).click();
    return { end: await end };
  },

  async phone(page) {
    await page.setViewportSize({ width: 360, height: 740 });
    await pairs('a-key-that-is-rather-long-for-a-phone', 2);
    await page.locator('.sessions tbody tr').first().waitFor();
    await shot(page, 'phone');
    const width = () => page.evaluate(() => [document.documentElement.clientWidth, document.documentElement.scrollWidth]);
    const list = await width();
    await rows(page).first().click();
    await page.locator('#detail-phase', { hasText: 'paired' }).waitFor();
    await shot(page, 'phone-detail');
    return { list, detail: await width() };
  },

  async crowd(page) {
    await page.locator('#state', { hasText: 'live' }).waitFor();
    const asked = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await crowd(5000);
    await total(page, '1–50 of 10,000');
    const look = () => page.evaluate(() => [
      document.querySelectorAll('.sessions tbody tr').length, document.querySelectorAll('*').length,
    ]);
    const first = await look();
    await page.click('[aria-label="Next page"]');
    await total(page, '51–100 of 10,000');
    await page.locator('.sessions th button', { hasText: 'Key' }).click();
    await page.waitForFunction(() => document.querySelector('.sessions .key b')?.textContent === 'robot-0');
    await page.fill('#filter', 'robot-4321');
    await total(page, '1–2 of 2');
    const found = await rows(page).locator('.key b').allTextContents();
    await page.fill('#filter', '');
    await total(page, '1–50 of 10,000');
    const last = await look();
    await shots(page, 'crowd');
    return { first, last, found, asked };
  },

  async trouble(page) {
    for (let i = 0; i < 6; i++) await stalledPair(`slow-${i}`);
    for (let i = 0; i < 3; i++) (await connect('/orders')).send('an order');
    const shown = page.locator('#findings details');
    await page.locator('#more-findings', { hasText: '2 more findings' }).waitFor();
    const worst = await shown.count();
    await page.click('#more-findings');
    await shown.nth(5).waitFor();
    const kinds = await shown.locator('.kind').allTextContents();
    await shown.first().locator('summary').click();
    const stack = await shown.first().locator('pre').textContent();
    await page.locator('#connectors .pill', { hasText: /^open$/ }).waitFor();
    const error = await page.textContent('#connectors .error');
    await shots(page, 'trouble');
    await shown.first().locator('.culprit button').click();
    await page.locator('#detail-phase', { hasText: 'paired' }).waitFor();
    return { worst, kinds, stack, error, title: await page.title(), culprit: await page.textContent('.detail .side') };
  },

  async login(page) {
    await page.locator('.login input').fill('not-the-right-token');
    await page.locator('.login button').click();
    await page.locator('.login [role=alert]').waitFor();
    await page.locator('.login input').fill('0123456789-abcdef');
    await page.locator('.login button').click();
    await page.locator('#state', { hasText: 'live' }).waitFor();
    await page.reload();
    await page.locator('#state', { hasText: 'live' }).waitFor();
    await page.goto(`${address}playground/`);
    await page.locator('#route option').first().waitFor({ state: 'attached' });
    const other = await page.context().newPage();
    await other.goto(address);
    await other.locator('.login').waitFor();
    return { cookies: (await page.context().cookies()).length };
  },

  async refused(page) {
    await page.locator('#refused').waitFor();
    await shot(page, 'refused');
    return { problems: await page.locator('#refused li').allTextContents() };
  },
};

function onPath(...names) {
  for (const directory of process.env.PATH.split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(directory, name), constants.X_OK);
        return join(directory, name);
      } catch {
        // not in this directory
      }
    }
  }
  throw new Error(`no ${names.join(' or ')} in PATH`);
}

const browser = await chromium.launch({
  executablePath: onPath('chromium', 'chromium-browser', 'google-chrome'),
});
try {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 }, colorScheme: process.env.WEIR_SCHEME ?? 'light',
  });
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  await page.goto(address);
  const facts = await stories[story](page);
  console.log(JSON.stringify({ ...facts, complaints }));
} finally {
  sockets.forEach((socket) => socket.terminate());
  await browser.close();
}
