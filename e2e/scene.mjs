// Where a journey begins: the server's address, a browser, and people who are signed in.

import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import assert from "node:assert/strict";
import { launch, newWindow, Watch } from "./browser.mjs";
import { visit } from "./checks.mjs";
import { fillIn } from "./sign-in.mjs";

export const URL_ = process.env.BAOXUE_URL;
export const PASSWORD = process.env.BAOXUE_PASSWORD;
export const HOME = process.env.BAOXUE_HOME;

/** The server's moment, in milliseconds: a demo's clock begins at 07:50 of its day when the program starts. */
export function serverNow() {
  return Date.parse("2026-11-23T07:50:00+08:00") + Date.now() - Number(process.env.BAOXUE_BEGUN);
}

/** Every demo role of the contracts, with what the role is called on the screen. */
export const ROLES = {
  director: "专班", bureau: "教体局", township: "南涧镇", village: "村", group: "村民小组", head: "校长", teacher: "班主任",
  cadre: "包保", inspector: "督学", police: "公安", civil: "民政", labour: "人社", justice: "司法", disabled: "残联",
  health: "卫", religion: "宗", agri: "农", finance: "财政", planning: "发", market: "市", culture: "文", youth: "团",
  women: "妇联", admin: "系统", security: "安全", auditor: "审计",
};

let browser;

/** The one browser of a test file. */
export async function open() {
  browser ??= await launch();
  return browser;
}

export async function close() {
  await browser?.close();
  browser = undefined;
}

/**
 * A window in which somebody is signed in; once per name and run, afterwards by the same session, as long as it lasts: five are the
 * most of one account, and proving oneself again changes the cookie.
 * `fresh` signs in again, for journeys that end the session.
 */
export async function as(username, { fresh = false, ...look } = {}) {
  await open();
  const kept = path.join(HOME, "sessions", `${username}.json`);
  const state = !fresh && existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : undefined;
  const window = await newWindow(browser, { url: URL_, ...look, state });
  const known = state && (await window.request.get("/", { maxRedirects: 0 })).status() === 200;
  const page = await window.newPage();
  const watch = await Watch.over(page);
  if (!known) {
    await fillIn(page, username, PASSWORD);
    mkdirSync(path.dirname(kept), { recursive: true });
    if (!fresh) await window.storageState({ path: kept });
  }
  return { window, page, watch };
}

/** Proves oneself again on the page that asks for it. */
export async function confirm(page) {
  await page.locator('main input[name="password"]').fill(PASSWORD);
  await Promise.all([
    page.waitForURL((at) => at.pathname !== "/account/confirm"),
    page.getByRole("button", { name: "验证" }).click(),
  ]);
}

/** A window of nobody. */
export async function nobody(look = {}) {
  await open();
  const window = await newWindow(browser, { url: URL_, ...look });
  const page = await window.newPage();
  return { window, page, watch: await Watch.over(page) };
}

/** Opens addresses with all checks and fails with every complaint at once. */
export async function faultless(page, watch, addresses, options) {
  const found = [];
  for (const address of addresses) {
    found.push(...await visit(page, watch, address, options));
    await remember(page);
  }
  assert.equal(found.length, 0, `\n${found.join("\n")}`);
}

/** Keeps the children's names that stand on the page: the log, read at the end, may have none of them (K05). */
export async function remember(page) {
  // A button that leads to a file says what is done there, not who it is.
  const names = await page.locator("a[href^='/children/']:not(.btn)").evaluateAll((links) =>
    links.filter((one) => one.hasAttribute("data-row") || /^\/children\/[0-9a-f-]{36}$/.test(one.getAttribute("href")))
      .map((one) => one.innerText));
  const whole = names.map((name) => name.trim()).filter((name) => /^[\p{sc=Han}·]{2,12}$/u.test(name));
  if (whole.length) appendFileSync(path.join(HOME, "names"), `${whole.join("\n")}\n`);
}

/** The cookies of a window as one header, for requests beside the browser. */
export async function cookies(window) {
  return (await window.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
}

/** A request beside the browser, with exactly the headers given. */
export function ask(address, init = {}) {
  return fetch(new URL(address, URL_), { redirect: "manual", ...init });
}
