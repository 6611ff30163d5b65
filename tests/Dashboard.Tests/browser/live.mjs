// Watches one page in a real browser while it changes.
// Usage: node live.mjs BROWSER LINK PATH    commands come on stdin, answers go to stdout, a line each:
//   text SELECTOR     what the element shows
//   mark SELECTOR     the element is known again; marked SELECTOR says whether it is still the same one
//   same              whether the page is as one that is loaded now
//   type SELECTOR TEXT   as a person types into a field
//   value SELECTOR    what a field holds, and whether it has the focus
//   tabs N            opens N further tabs that nobody sees, looks at the last one: what it says of its connection
//   forget            the browser has no cookie any more; log-in TOKEN answers the login, and waits for the page
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
  if (command === "text") console.log(await page.locator(rest.join(" ")).first().evaluate((one) => one.textContent.trim(), null, { timeout: 1000 }).catch(() => ""));
  else if (command === "mark") console.log(await page.locator(rest.join(" ")).first().evaluate((one) => { one.isKnown = true; one.focus(); return "done"; }));
  else if (command === "marked") console.log(await page.locator(rest.join(" ")).first().evaluate((one) => `${one.isKnown === true} ${document.activeElement === one}`));
  else if (command === "same") {
    console.log(await page.evaluate(async () => {
      const fresh = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
      const text = (of) => of.getElementById("main").innerHTML.replace(/<!--.*?-->/g, "").replace(/\s+/g, " ").replaceAll("> <", "><").replace(/<time[^>]*>[^<]*/g, "<time>").replaceAll(' hidden=""', "");
      return text(document) === text(fresh) ? "same" : `${text(document)} instead of ${text(fresh)}`;
    }));
  }
  else if (command === "type") { await page.locator(rest[0]).pressSequentially(rest.slice(1).join(" ")); console.log("done"); }
  else if (command === "value") console.log(await page.locator(rest[0]).evaluate((one) => `${one.value} ${document.activeElement === one}`));
  else if (command === "tabs") {
    const hidden = () => {
      let seen = false;
      Object.defineProperty(Document.prototype, "hidden", { get: () => !seen });
      window.look = () => { seen = true; document.dispatchEvent(new Event("visibilitychange")); };
    };
    let last = null;
    for (let i = 0; i < Number(rest[0]); i++) {
      last = await context.newPage();
      await last.addInitScript(hidden);
      await last.goto(new URL(path, link).href, { timeout: 10000 }).catch(() => {});
    }
    await last.evaluate(() => window.look());
    console.log(await last.waitForFunction(() => document.getElementById("live")?.textContent === "live", null, { timeout: 10000 }).then(() => "live", (fault) => fault.message.split("\n")[0]));
  }
  else if (command === "forget") { await context.clearCookies(); console.log("done"); }
  else if (command === "log-in") {
    await page.fill("input[name=token]", rest[0]);
    await page.click("button.main");
    await page.waitForURL((url) => url.pathname === path);
    await page.waitForLoadState();
    console.log("done");
  }
  else if (command === "sleep") { await context.setOffline(true); console.log("done"); }
  else if (command === "wake") {
    await context.setOffline(false);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
    console.log("done");
  }
  else if (command === "end") break;
}
await browser.close();
