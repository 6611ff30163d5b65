// Watches one page in a real browser while it changes.
// Usage: node live.mjs BROWSER LINK PATH    commands come on stdin, answers go to stdout, a line each:
//   text SELECTOR     what the element shows
//   sleep | wake      the network is gone, or is back and the page is seen again, as on a phone in a pocket
import { chromium } from "playwright-core";
import { createInterface } from "node:readline";

const [browserPath, link, path] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const context = await browser.newContext({ viewport: { width: 360, height: 800 } });
const page = await context.newPage();
await page.goto(link);
if (page.url().includes("token")) await page.waitForURL((url) => !url.href.includes("token"));
await page.goto(new URL(path, link).href);
console.log("ready");
for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...rest] = line.split(" ");
  if (command === "text") console.log(await page.locator(rest.join(" ")).first().innerText().catch(() => ""));
  else if (command === "sleep") { await context.setOffline(true); console.log("done"); }
  else if (command === "wake") {
    await context.setOffline(false);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    console.log("done");
  }
  else if (command === "end") break;
}
await browser.close();
