// Measures the page of a run in a real browser and prints what it found as JSON.
// Usage: node bench.mjs BROWSER LINK RUNPAGE RUNFOLDER SERVERPID IDLESECONDS
// The run's record is written as the run writes it: a line to events.jsonl, then status.json is replaced.
import { chromium } from "playwright-core";
import { Agent, createServer, request } from "node:http";
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [browserPath, link, path, folder, server, idle] = process.argv.slice(2);
const now = () => performance.timeOrigin + performance.now();
const statusFile = `${folder}/status.json`;
const found = {};
const quantile = (values, part) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server}/status`, "utf8"))[1]) / 1024;
const write = (status) => {
  writeFileSync(`${statusFile}.new`, JSON.stringify(status));
  renameSync(`${statusFile}.new`, statusFile);
};
const happens = (task, state) => {
  const status = JSON.parse(readFileSync(statusFile, "utf8"));
  status.sequence++;
  status.updatedAt = new Date().toISOString();
  status.tasks.find((one) => one.id === task).state = state;
  appendFileSync(`${folder}/events.jsonl`, JSON.stringify({ schemaVersion: 1, sequence: status.sequence, time: status.updatedAt, task, state }) + "\n");
  write(status);
  return now();
};

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
await page.goto(link);
if (page.url().includes("token")) await page.waitForURL((url) => !url.href.includes("token"));
const cookie = (await context.cookies()).map((one) => `${one.name}=${one.value}`).join("; ");
const address = new URL(path, link).href;

const load = async (url) => {
  const one = await context.newPage();
  const cdp = await context.newCDPSession(one);
  await cdp.send("Network.enable");
  await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  cdp.on("Network.dataReceived", (part) => { bytes += part.encodedDataLength; });
  await one.goto(url, { waitUntil: "load" });
  const paint = await one.evaluate(() => new Promise((done) => {
    const painted = () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime;
    const look = () => (painted() ? done(painted()) : setTimeout(look, 5));
    look();
  }));
  await sleep(100);
  await one.close();
  return { paint, bytes };
};
const loads = async (url) => {
  await load(url);
  const all = [];
  for (let i = 0; i < 15; i++) all.push(await load(url));
  return { paint: quantile(all.map((one) => one.paint), 0.5), bytes: Math.max(...all.map((one) => one.bytes)) };
};
found.login = await loads(new URL("/login", link).href);
found.run = await loads(address);

// Event written to pixel: the moment after the frame in which the text is there.
const watch = (one) => one.evaluate(() => {
  window.painted = {};
  const look = () => {
    for (const state of document.querySelectorAll("[id^=task-] .state, #empty")) {
      const key = (state.closest("[id^=task-]")?.id ?? "empty") + state.textContent.trim();
      if (window.wanted === key && !window.painted[key]) {
        window.painted[key] = -1;
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => { window.painted[key] = performance.timeOrigin + performance.now(); };
          channel.port2.postMessage(0);
        });
      }
    }
  };
  new MutationObserver(look).observe(document.documentElement, { subtree: true, childList: true, characterData: true });
});
const measure = async (one, rounds, act, keyOf) => {
  await watch(one);
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const key = keyOf(i);
    await one.evaluate((wanted) => { window.wanted = wanted; window.painted = {}; }, key);
    await sleep(150 + Math.random() * 100);
    const begin = act(i);
    await one.waitForFunction((wanted) => window.painted[wanted] > 0, key, { timeout: 20000 });
    times.push((await one.evaluate((wanted) => window.painted[wanted], key)) - begin);
  }
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95) };
};

// Reference: a server of nothing but one stream, and a page of one word.
let streams = [];
const empty = createServer((asked, answer) => {
  if (asked.url === "/stream") {
    answer.writeHead(200, { "Content-Type": "text/event-stream" });
    answer.write("retry: 1000\n\n");
    streams.push(answer);
    return;
  }
  answer.writeHead(200, { "Content-Type": "text/html" });
  answer.end("<!doctype html><p id=empty>-</p><script>new EventSource('/stream').onmessage = (e) => { document.getElementById('empty').textContent = e.data; }</script>");
}).listen(0, "127.0.0.1");
await new Promise((done) => empty.once("listening", done));
await page.goto(`http://127.0.0.1:${empty.address().port}/`);
await page.waitForTimeout(500);
found.emptyStream = await measure(page, 60, (i) => { const begin = now(); streams.forEach((one) => one.write(`data: ${i}\n\n`)); return begin; }, (i) => `empty${i}`);
await page.goto(address);
await page.waitForTimeout(1000);
const states = ["verifying", "executing"];
const task = (i) => `t${1 + (i % 30)}`;
found.pixel = await measure(page, 120, (i) => happens(task(i), states[Math.floor(i / 30) % 2]), (i) => `task-${task(i)}${states[Math.floor(i / 30) % 2]}`);

// What an open tab receives in a minute, with two events a second, and how much of it moves by itself.
{
  const tab = await context.newPage();
  const cdp = await context.newCDPSession(tab);
  await cdp.send("Network.enable");
  let bytes = 0;
  cdp.on("Network.dataReceived", (part) => { bytes += part.encodedDataLength; });
  await tab.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value; }).observe({ type: "layout-shift", buffered: true });
  });
  await tab.goto(address, { waitUntil: "load" });
  for (let i = 0; i < 120; i++) { happens(task(i), states[Math.floor(i / 30) % 2]); await sleep(500); }
  found.tab = { bytes, shift: await tab.evaluate(() => window.shift) };
  await tab.close();
}

// Further open pages: what a browser does with each, without its window.
const get = (target, onEvent, agent = false) => new Promise((done, fail) => {
  const asked = request(new URL(target, link), { headers: { Cookie: cookie, Accept: "text/html" }, agent }, (answer) => {
    let text = "";
    answer.on("data", (part) => { if (onEvent) { if (String(part).includes("event: changed")) onEvent(); } else text += part; });
    answer.on("end", () => done(text));
    answer.on("error", fail);
    if (onEvent) done(asked);
  });
  asked.on("error", fail);
  asked.end();
});
const events = /data-events="([^"]+)"/.exec(await get(path))[1].replaceAll("&amp;", "&");
let refreshed = 0, refused = 0;
const open = async () => {
  // A browser keeps its connection.
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await get(path, null, agent);
  let busy = false, again = false;
  const refresh = async () => {
    if (closed || busy) { again = !closed; return; }
    busy = true;
    await get(path, null, agent).then(() => refreshed++, (fault) => { refused++; again = true; console.error(fault.message); });
    busy = false;
    if (again) { again = false; refresh(); }
  };
  return get(events, refresh);
};
process.on("unhandledRejection", (fault) => console.error(fault.message));
let closed = false;
const close = async (all) => { closed = true; all.forEach((one) => one.destroy()); await sleep(500); };
const openMany = async (count) => {
  closed = false;
  const all = [];
  while (all.length < count) all.push(...(await Promise.all(Array.from({ length: Math.min(10, count - all.length) }, open))));
  return all;
};
await sleep(3000);
console.error(JSON.stringify(found));
found.memoryOfOne = memory();
const many = (await openMany(200)).map((one) => (one.on("error", () => {}), one));
await sleep(5000);
found.memoryOf200 = memory();
refreshed = 0;
const begin = happens("t1", "merging");
while (refreshed < 200 && now() - begin < 120000) await sleep(10);
found.allOf200AfterMs = now() - begin;
found.refreshed = refreshed;
found.refused = refused;
await sleep(5000);
found.memoryOf200AfterChange = memory();
console.error(JSON.stringify(found));
await close(many);

const twenty = (await openMany(20)).map((one) => (one.on("error", () => {}), one));
await sleep(15000);
found.idleBegin = memory();
const idleSeconds = Number(idle);
const processor = () => readFileSync(`/proc/${server}/stat`, "utf8").split(" ").slice(13, 15).reduce((sum, one) => sum + Number(one), 0) / 100;
const used = processor();
const samples = [];
for (let second = 0; second < idleSeconds; second += 5) { await sleep(5000); samples.push(memory()); }
found.idleEnd = quantile(samples.slice(-5), 0.5);
found.idleProcessor = (processor() - used) / idleSeconds;
await close(twenty);

// Ten thousand tasks.
const large = JSON.parse(readFileSync(statusFile, "utf8"));
const pattern = large.tasks.at(-1);
large.tasks.push(...Array.from({ length: 10000 - large.tasks.length }, (_, i) => ({ ...pattern, id: `x${i}`, state: "pending", dependsOn: i ? [`x${i - 1}`] : [] })));
large.taskCount = large.tasks.length;
large.sequence++;
write(large);
await sleep(1000);
found.large = await loads(address);
console.log(JSON.stringify(found));
await browser.close();
empty.close();
process.exit(0);
