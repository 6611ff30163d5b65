// Opens the reference of the API and prints what is wrong, a line each; nothing where all is well.
// Usage: node reference.mjs BROWSER LINK TEXT    TEXT must come to be seen
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

const [browserPath, link, text] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage();
await page.goto(link);
if (page.url().includes("token")) await page.waitForURL((url) => !url.href.includes("token"));
page.on("pageerror", (error) => console.log(`script: ${error.message}`));
page.on("console", (message) => message.type() === "error" && console.log(`console: ${message.text()} ${message.location().url}`));
page.on("request", (request) => new URL(request.url()).host !== new URL(link).host && console.log(`asks another host: ${request.url()}`));
const answer = await page.goto(new URL("/docs/reference", link).href);
const policy = answer.headers()["content-security-policy"];
if (!/script-src 'self';/.test(policy) || !/default-src 'none';/.test(policy)) console.log(`allows more script: ${policy}`);
await page.getByText(text).first().waitFor({ timeout: 60000 }).catch(() => console.log(`does not show: ${text}`));
await page.screenshot({ path: process.env.BROWSER_SHOTS ? `${process.env.BROWSER_SHOTS}/reference.png` : undefined });
for (const [width, colorScheme] of [[360, "light"], [1440, "dark"]]) {
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  await page.reload();
  await page.getByText(text).first().waitFor({ timeout: 60000 }).catch(() => console.log(`does not show at ${width} px: ${text}`));
  // Operations are drawn when they come into sight.
  for (let part = 0; part < 3; part++) {
    // It gives each example of an answer the same name as a landmark, which no setting changes.
    for (const violation of (await new AxeBuilder({ page }).disableRules("landmark-unique").analyze()).violations) {
      console.log(`at ${width} px, ${colorScheme}, part ${part}: ${violation.id}: ${violation.help}: ${violation.nodes.map((one) => one.target).slice(0, 5).join(" | ")}`);
    }
    await page.mouse.move(width - 100, 450);
    await page.mouse.wheel(0, 2500);
    await page.waitForTimeout(300);
  }
}
await browser.close();
