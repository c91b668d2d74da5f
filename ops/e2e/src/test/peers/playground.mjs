// Drives the playground page in Chromium as a user would and prints what it shows, as one JSON object.
// usage: playground.mjs http://127.0.0.1:9090/ story
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const [, , address, story] = process.argv;

/** A message row or an event row of a side's log, as text by cell. */
function rows(page, side) {
  return page.locator(`#${side} .log li`).evaluateAll((items) => items.map((item) => ({
    kind: item.className,
    ...Object.fromEntries([...item.children].map((cell) => [cell.classList[0], cell.textContent])),
  })));
}

function logged(page, side, text) {
  return page.locator(`#${side} .log li`, { hasText: text }).first().waitFor();
}

async function say(page, side, text) {
  await page.fill(`#${side} .draft`, text);
  await page.press(`#${side} .draft`, 'Enter');
}

async function connectBoth(page, key) {
  await page.fill('#keys input', key);
  await page.click('#both');
  for (const side of ['client', 'worker']) {
    await page.locator(`#${side} .pill`, { hasText: 'paired' }).waitFor();
  }
}

const stories = {
  async talk(page) {
    await connectBoth(page, 'talk');
    await say(page, 'client', 'hello worker');
    await logged(page, 'worker', 'hello worker');
    await page.locator('#worker .kind label', { hasText: 'hex' }).click();
    await say(page, 'worker', '48 69 00 ff');
    await logged(page, 'client', '48 69 00 ff');
    await page.locator('#worker .echo input').check();
    await say(page, 'client', 'come back');
    await logged(page, 'client', 'round trip');
    for (const side of ['client', 'worker']) {
      await page.locator(`#flow-${side} .rtt`, { hasText: 'ms' }).waitFor();
    }
    return {
      session: await page.textContent('#client .fact-id'),
      queue: await page.textContent('#flow-client .queue'),
    };
  },

  async end(page) {
    await connectBoth(page, 'end');
    await page.fill('#client .code', '4001');
    await page.fill('#client .reason', 'shift over');
    await page.click('#client .connect');
    await logged(page, 'worker', 'Closed');
    await logged(page, 'client', 'Closed');
    return {};
  },

  async refused(page) {
    await connectBoth(page, 'taken');
    const second = await page.context().newPage();
    await second.goto(address);
    await second.fill('#keys input', 'taken');
    await second.click('#client .connect');
    await logged(second, 'client', 'curl');
    return { second: await rows(second, 'client') };
  },

  async burst(page) {
    await connectBoth(page, 'burst');
    await page.fill('#client .count', '2000');
    await page.click('#client .burst button');
    await logged(page, 'worker', 'A burst of 2,000 arrived');
    await page.locator('#worker .fact-received', { hasText: '2,000' }).waitFor();
    return {};
  },

  async phone(page) {
    await page.setViewportSize({ width: 360, height: 740 });
    await connectBoth(page, 'phone');
    await say(page, 'client', 'a long word: '.padEnd(400, 'x'));
    await logged(page, 'worker', 'a long word');
    return page.evaluate(() => ({
      shown: document.documentElement.clientWidth,
      needed: document.documentElement.scrollWidth,
    }));
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
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  await page.goto(address);
  const facts = await stories[story](page);
  console.log(JSON.stringify({
    ...facts,
    address: page.url(),
    client: await rows(page, 'client'),
    worker: await rows(page, 'worker'),
    complaints,
  }));
} finally {
  await browser.close();
}
