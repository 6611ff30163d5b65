// Leaves pages of a run open in a real browser while nothing happens, and prints what server and browser hold, a line of JSON each time.
// Usage: node idle.mjs BROWSER LINK RUNPAGE SERVERPID PAGES SECONDS EVERYSECONDS
import { chromium } from "playwright-core";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [browserPath, link, path, server, pages, seconds, every] = process.argv.slice(2);
const read = (file) => { try { return readFileSync(file, "utf8"); } catch { return ""; } };
const kilobytes = (file, name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(read(file))?.[1] ?? 0);
// Shared memory counts once: each process has its part of it.
const browserMegabytes = () => {
  const parents = new Map(readdirSync("/proc").filter((one) => /^\d+$/.test(one)).map((one) => [one, /PPid:\s+(\d+)/.exec(read(`/proc/${one}/status`))?.[1]]));
  const ours = (one) => one === `${process.pid}` || (parents.has(one) && parents.get(one) !== "0" && ours(parents.get(one)));
  return [...parents.keys()].filter((one) => one !== `${process.pid}` && ours(one)).reduce((sum, one) => sum + kilobytes(`/proc/${one}/smaps_rollup`, "Pss"), 0) / 1024;
};
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
// A browser opens at most six connections to one host for each profile.
const perProfile = 4;
const open = [];
while (open.length < Number(pages)) {
  const profile = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const login = await profile.newPage();
  await login.goto(link);
  if (login.url().includes("token")) await login.waitForURL((url) => !url.href.includes("token"));
  await login.close();
  for (let i = 0; i < perProfile && open.length < Number(pages); i++) {
    const page = await profile.newPage();
    await page.goto(new URL(path, link).href);
    const measured = await profile.newCDPSession(page);
    await measured.send("Performance.enable");
    open.push(measured);
  }
}
const sample = async (second) => {
  const of = { heap: 0, nodes: 0, listeners: 0 };
  for (const page of open) {
    await page.send("HeapProfiler.collectGarbage");
    const metrics = new Map((await page.send("Performance.getMetrics")).metrics.map((one) => [one.name, one.value]));
    of.heap += metrics.get("JSHeapUsedSize") / 1024 / 1024;
    of.nodes += metrics.get("Nodes");
    of.listeners += metrics.get("JSEventListeners");
  }
  const used = read(`/proc/${server}/stat`).split(" ").slice(13, 15).reduce((sum, one) => sum + Number(one), 0) / 100;
  const line = {
    second,
    server: kilobytes(`/proc/${server}/status`, "VmRSS") / 1024,
    processor: used,
    browser: browserMegabytes(),
    ...of,
    connected: (await Promise.all(open.map((page) => page.send("Runtime.evaluate", { expression: "document.getElementById('live').textContent" })))).filter((one) => one.result.value === "live").length,
  };
  console.log(JSON.stringify(line, (_, value) => (typeof value === "number" ? Math.round(value * 10) / 10 : value)));
};
// What both need to begin with is no growth.
await sleep(15000);
for (let second = 0; ; second += Number(every)) {
  await sample(second);
  if (second >= Number(seconds)) break;
  await sleep(Number(every) * 1000);
}
await browser.close();
process.exit(0);
