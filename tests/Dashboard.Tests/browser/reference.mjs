// Opens the reference of the API and prints what is wrong, a line each; nothing where all is well.
// Usage: node reference.mjs BROWSER LINK TEXT    TEXT must come to be seen
import { chromium } from "playwright-core";

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
await browser.close();
