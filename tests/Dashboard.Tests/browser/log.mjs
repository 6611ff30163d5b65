// Opens the log of an agent in a real browser while it is written, searches and scrolls it, and prints what it found as JSON.
// Usage: node log.mjs BROWSER LINK LOGPAGE SERVERPID SECONDS WORD
import { chromium } from "playwright-core";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const [browserPath, link, path, server, seconds, word] = process.argv.slice(2);
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server}/status`, "utf8"))[1]) / 1024;
const processor = () => readFileSync(`/proc/${server}/stat`, "utf8").split(" ").slice(13, 15).reduce((sum, one) => sum + Number(one), 0) / 100;
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
const page = await context.newPage();
await page.goto(link);
if (page.url().includes("token")) await page.waitForURL((url) => !url.href.includes("token"));
const found = { memoryBefore: memory() };
const measured = await context.newCDPSession(page);
await measured.send("Network.enable");
await measured.send("Performance.enable");
let bytes = 0;
measured.on("Network.dataReceived", (part) => { bytes += part.encodedDataLength; });
const metrics = async () => new Map((await measured.send("Performance.getMetrics")).metrics.map((one) => [one.name, one.value]));
const painted = () => page.evaluate(() => new Promise((done) => {
  const look = () => { const at = performance.getEntriesByName("first-contentful-paint")[0]?.startTime; if (at) done(at); else setTimeout(look, 5); };
  look();
}));
await page.goto(new URL(path, link).href, { waitUntil: "load" });
found.paint = await painted();
found.loaded = await page.evaluate(() => performance.timing.loadEventEnd - performance.timing.navigationStart);
found.bytes = bytes;
// What the page takes while it is looked at: its server, its browser, its bytes.
let [used, script] = [processor(), (await metrics()).get("TaskDuration")];
bytes = 0;
await sleep(Number(seconds) * 1000);
found.processorWhileOpen = (processor() - used) / seconds;
found.browserWhileOpen = ((await metrics()).get("TaskDuration") - script) / seconds;
found.bytesPerSecond = bytes / seconds;
found.last = (await page.locator("#log pre").first().innerText()).trimEnd().split("\n").at(-1).slice(0, 80);
// The longest frame while it is scrolled through.
found.longestFrame = await page.evaluate(async () => {
  let longest = 0, before = performance.now();
  for (let i = 0; i <= 100; i++) {
    scrollTo(0, (document.documentElement.scrollHeight * i) / 100);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    longest = Math.max(longest, now - before);
    before = now;
  }
  return longest;
});
const begin = performance.now();
await page.fill("input[name=find]", word);
await Promise.all([page.waitForNavigation({ waitUntil: "load" }), page.press("input[name=find]", "Enter")]);
found.search = performance.now() - begin;
found.searchPaint = await painted();
found.hits = await page.locator("#log p").first().innerText();
found.nodes = (await metrics()).get("Nodes");
found.heap = (await metrics()).get("JSHeapUsedSize") / 1024 / 1024;
found.memoryAfter = memory();
console.log(JSON.stringify(found, (_, value) => (typeof value === "number" ? Math.round(value * 100) / 100 : value)));
await browser.close();
