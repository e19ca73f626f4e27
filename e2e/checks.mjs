// What every page must keep, whoever looks at it: nothing for axe-core to find in light or dark, nothing wrong in
// the console, nothing to scroll sideways, and few enough bytes. Each check returns complaints; none means good.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"];

/** Issue 3: officer pages, cold. */
export const MOST = { requests: 6, bytes: 60 * 1024 };

/** All of axe-core's rules under the tags, or one rule by name. */
export async function accessibility(page, rule) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async (runOnly) =>
    (await globalThis.axe.run(document, { runOnly, resultTypes: ["violations"] })).violations.flatMap((each) =>
      each.nodes.slice(0, 3).map((node) => {
        const why = node.failureSummary.split("\n").slice(1, 2).join("").trim();
        return `${each.id} (${each.nodes.length}×): ${node.target.join(" ")} · ${why}`;
      })),
  rule ? { type: "rule", values: [rule] } : { type: "tag", values: TAGS });
  return found.map((line) => `axe ${line}`);
}

/** Nothing wider than the window. */
export async function sideways(page) {
  const { width } = page.viewportSize();
  const found = await page.evaluate((most) => {
    const root = document.scrollingElement;
    if (Math.max(root.scrollWidth, document.body.scrollWidth) <= most) return [];
    const held = (one) => {
      for (let at = one.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== "visible") return true;
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll("*")]
      .filter((one) => one.getBoundingClientRect().right > most + 1 && !held(one));
    return [[root.scrollWidth, ...wide.slice(0, 3).map((one) =>
      `${one.tagName.toLowerCase()}${one.id && `#${one.id}`}${[...one.classList].map((name) => `.${name}`).join("")}`)]];
  }, width);
  return found.map(([wide, ...who]) => `${wide} px wide in a window of ${width}: ${who.join(", ")}`);
}

/** Requests and bytes of one cold load, as `Watch` counted them. */
export function heavy({ requests, bytes }, most = MOST) {
  const found = [];
  if (requests > most.requests) found.push(`${requests} requests, at most ${most.requests}`);
  if (bytes > most.bytes) found.push(`${(bytes / 1024).toFixed(1)} KB, at most ${most.bytes / 1024}`);
  return found;
}

/** One headline, a title, a language: what a screen reader says first. */
export async function named(page) {
  const { headlines, title, language } = await page.evaluate(() => ({
    headlines: document.querySelectorAll("h1").length, title: document.title.trim(), language: document.documentElement.lang,
  }));
  const found = [];
  if (headlines !== 1) found.push(`${headlines} headlines of the first rank`);
  if (!title) found.push("no title");
  if (language !== "zh-CN") found.push(`language ${language || "unnamed"}`);
  return found;
}

/** The page that stands in the window, in light and dark. */
export async function standing(page) {
  const found = [...await named(page), ...await sideways(page)];
  await page.emulateMedia({ colorScheme: "light" });
  found.push(...await accessibility(page));
  await page.emulateMedia({ colorScheme: "dark" });
  found.push(...(await accessibility(page, "color-contrast")).map((line) => `dark: ${line}`));
  await page.emulateMedia({ colorScheme: null });
  return found;
}

/** Opens an address cold and checks all of the above; answers the complaints, each with the address and width. */
export async function visit(page, watch, address, { most = MOST, status = 200 } = {}) {
  // Whatever the page before still asks for is not this page's weight.
  await page.goto("about:blank");
  watch.forget();
  watch.expect(...(status >= 400 ? [status] : []));
  const answer = await page.goto(address, { waitUntil: "networkidle" });
  const weight = watch.weight;
  const found = answer.status() === status ? [] : [`answer ${answer.status()}, not ${status}`];
  found.push(...heavy(weight, most), ...await standing(page), ...watch.take());
  watch.expect();
  return found.map((line) => `${address} at ${page.viewportSize().width} px: ${line}`);
}
