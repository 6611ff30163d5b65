// Opens the screen of a run as a file and prints what is wrong, a line each; nothing where all is well.
// Usage: node shared.mjs BROWSER FILE FOLDER    FOLDER gets screenshots
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

const [browserPath, file, folder] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const wrong = (text) => console.log(text);
const tabs = ["timeline", "graph", "tasks", "gates", "diff", "queue", "report", "events"];
for (const [width, colorScheme] of [[360, "light"], [768, "dark"], [1440, "light"], [1440, "dark"], [768, "light"], [360, "dark"]]) {
  const page = await (await browser.newContext({ viewport: { width, height: 900 }, colorScheme })).newPage();
  page.on("console", (message) => message.type() === "error" && wrong(`console: ${message.text()}`));
  page.on("request", (request) => !request.url().startsWith("file:") && wrong(`asks another host: ${request.url()}`));
  for (const part of [...tabs, "open-a"]) {
    await page.goto(`${file}#${part}`);
    for (const violation of (await new AxeBuilder({ page }).analyze()).violations) {
      wrong(`#${part} at ${width} px, ${colorScheme}: ${violation.id}: ${violation.help}: ${violation.nodes[0].target}`);
    }
    if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) wrong(`#${part} at ${width} px must be moved sideways`);
    if (folder) await page.screenshot({ path: `${folder}/shared-${part}-${width}-${colorScheme}.png`, fullPage: true });
  }
  await page.context().close();
}

const page = await (await browser.newContext({ javaScriptEnabled: false, viewport: { width: 1440, height: 900 } })).newPage();
await page.goto(file);
const shown = async (selector) => (await page.locator(`${selector}:visible`).allTextContents()).map((text) => text.trim()).join(" ");
const expect = async (what, selector, text) => { const found = await shown(selector); if (found !== text) wrong(`${what}: '${found}' instead of '${text}'`); };
await expect("at the end", "#task-a .state", "merged");
await page.locator("#m0").check();
await expect("at the first moment", "#task-a .state", "executing");
await expect("at the first moment", "#task-b .state", "pending");
await page.locator("#m0").focus();
await page.keyboard.press("End").catch(() => {});
for (let i = 0; i < 15; i++) await page.keyboard.press("ArrowRight");
const moved = await shown("#task-a .state");
if (moved === "executing") wrong("keys do not move the slider");
for (const tab of tabs.slice(1)) {
  await page.locator(`.tabs a[href="#${tab}"]`).click();
  if (!(await page.locator(`#${tab}`).isVisible())) wrong(`the tab ${tab} is not shown`);
  if (await page.locator("#timeline").isVisible()) wrong(`the timeline is shown beside the tab ${tab}`);
}
await page.locator('.tabs a[href="#timeline"]').click();
await page.locator("#task-a .name").click();
if (!(await page.locator("#open-a").isVisible()) || !(await page.locator("#timeline").isVisible())) wrong("a panel does not stand beside the timeline");
await page.locator("#open-a .panel-head a").click();
if (await page.locator("#open-a").isVisible()) wrong("a panel is not closed");
await browser.close();
