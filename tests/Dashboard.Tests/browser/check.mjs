// Opens pages in a real browser and prints what is wrong, a line each; nothing where all is well.
// Usage: node check.mjs BROWSER LINK FOLDER PATH ...    FOLDER gets screenshots
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

const [browserPath, link, folder, ...paths] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
const wrong = (text) => console.log(text);
const logIn = async (options) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("pageerror", (error) => wrong(`script: ${error.message}`));
  page.on("console", (message) => message.type() === "error" && !message.text().includes("404") && wrong(`console: ${message.text()} ${message.location().url}`));
  page.on("request", (request) => new URL(request.url()).host !== new URL(link).host && wrong(`asks another host: ${request.url()}`));
  await page.goto(link);
  if (page.url().includes("token")) await page.waitForURL((url) => !url.href.includes("token"));
  return page;
};

// What a person sees: no element covers another one that has text or can be clicked, and no table is wider than its place.
const structure = () => {
  const found = [];
  const name = (one) => `${one.tagName.toLowerCase()}${one.id ? "#" + one.id : ""}${typeof one.className === "string" && one.className ? "." + one.className.trim().split(/\s+/)[0] : ""} "${(one.textContent ?? "").trim().slice(0, 30)}"`;
  // What an ancestor cuts off, or hides for all but screen readers, is not to be seen at this point.
  const isCut = (one, x, y) => {
    for (let at = one; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      const box = at.getBoundingClientRect();
      if (style.visibility === "hidden" || style.clipPath !== "none" || box.width <= 1) return true;
      if (style.overflowX !== "visible" && (x < box.left || x > box.right)) return true;
      if (style.overflowY !== "visible" && (y < box.top || y > box.bottom)) return true;
    }
    return false;
  };
  // What scrolls by itself may go on beyond the edge.
  const scrolls = (one) => { for (let at = one; at && at !== document.body; at = at.parentElement) if (getComputedStyle(at).overflowX !== "visible") return true; return false; };
  const look = (one, box) => {
    const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
    if (!one.checkVisibility({ visibilityProperty: true }) || box.width < 2 || box.height < 2 || x < 0 || y < 0 || isCut(one, x, y)) return;
    const top = document.elementFromPoint(x, y);
    if (top && top !== one && !one.contains(top) && !top.contains(one)) found.push(`${name(top)} covers ${name(one)}`);
    if (box.right > document.documentElement.clientWidth + 1 && !scrolls(one)) found.push(`${name(one)} ends beyond the right edge`);
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.data.trim()) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    for (const box of range.getClientRects()) look(text.parentElement, box);
  }
  for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    const [box] = one.getClientRects();
    if (box) look(one, box);
  }
  for (const table of document.querySelectorAll("table")) {
    if (table.getBoundingClientRect().right > table.parentElement.getBoundingClientRect().right + 1) found.push(`${name(table)} must be moved sideways`);
  }
  return [...new Set(found)].slice(0, 5);
};

// Each width and each color once: an analysis takes seconds. Structure and screenshots are of all.
const colors = { 360: ["light"], 768: ["dark"], 1440: ["light"] };
for (const width of [360, 768, 1440]) {
  for (const colorScheme of ["light", "dark"]) {
    const page = await logIn({ viewport: { width, height: 900 }, colorScheme });
    for (const path of paths) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(new URL(path, link).href);
      const place = `${path} at ${width} px, ${colorScheme}`;
      if (folder || colors[width].includes(colorScheme)) {
        for (const violation of (await new AxeBuilder({ page }).analyze()).violations) {
          wrong(`${place}: ${violation.id}: ${violation.help}: ${violation.nodes[0].target}`);
        }
      }
      if (await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)) {
        wrong(`${place}: must be moved sideways`);
      }
      if (folder) await page.screenshot({ path: `${folder}/${path.replace(/[^a-z0-9]+/gi, "-")}-${width}-${colorScheme}.png`, fullPage: true });
      // Only what is in the window can be looked at.
      await page.setViewportSize({ width, height: Math.min(5000, await page.evaluate(() => document.documentElement.scrollHeight)) });
      for (const fault of await page.evaluate(structure)) wrong(`${place}: ${fault}`);
    }
    await page.context().close();
  }
}

// By keyboard alone: everything that can be clicked can be reached, and shows that it is.
{
  const page = await logIn({ viewport: { width: 1440, height: 900 } });
  for (const path of paths) {
    await page.goto(new URL(path, link).href);
    // Line numbers of a log are no stops: two thousand of them would hide the rest of the page.
    const all = await page.locator("a[href]:not([tabindex='-1']):visible, button:visible, input:not([type=hidden]):visible, textarea:visible, select:visible").count();
    const reached = new Set();
    for (let i = 0; i < 3 * all + 20; i++) {
      await page.keyboard.press("Tab");
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const style = getComputedStyle(element);
        return { place: [...document.querySelectorAll("*")].indexOf(element), seen: style.outlineStyle !== "none" };
      });
      if (!at) continue;
      if (!at.seen) { wrong(`${path}: the focus is not seen on element ${at.place}`); break; }
      if (reached.has(at.place) && reached.size >= all) break;
      reached.add(at.place);
    }
    if (reached.size < all) wrong(`${path}: ${reached.size} of ${all} elements are reached by the keyboard`);
  }
  // Keys work on every page, also on one that nothing changes. Escape closes the panel of its own page only.
  const keys = await page.locator("[data-key]").evaluateAll((all) => all.map((one) => [one.dataset.key, one.getAttribute("href")]));
  for (const [key, target] of keys) {
    const pages = key === "Escape" ? [paths.at(-1)] : ["/settings", paths[1]];
    for (const path of pages.filter((one) => one !== target)) {
      await page.goto(new URL(path, link).href);
      await page.keyboard.press(key);
      await page.waitForURL(new URL(target, link).href, { timeout: 5000 }).catch(() => wrong(`${path}: key ${key} does not lead to ${target}`));
    }
  }
  await page.context().close();
}

// Without script every page shows its content, and its forms are sent.
{
  const page = await logIn({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
  for (const path of paths) {
    const answer = await page.goto(new URL(path, link).href);
    if (answer.status() !== 200 || (await page.locator("h1").count()) !== 1) wrong(`${path}: is not shown without script`);
  }
  await page.goto(new URL(paths[1], link).href);
  await page.locator("button.main").first().click();
  if (!(await page.locator("[role=alert]").count())) wrong(`${paths[1]}: an answer without script is not said`);
  await page.context().close();
}
await browser.close();
