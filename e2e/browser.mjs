// Chromium as an officer has it: windows of two widths, light or dark, and a record of all that goes wrong in them.

import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { chromium } from "playwright-core";

export const WIDTHS = [1440, 390];

const FLAGS = [
  "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--lang=zh-CN", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** Debian's Chromium, or the one that CHROMIUM names. */
export function executable() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((at) => at && existsSync(at));
  if (!found) throw new Error("Missing: chromium. As root: apt-get install chromium fonts-noto-cjk");
  return found;
}

export function launch(flags = []) {
  return chromium.launch({ executablePath: executable(), args: [...FLAGS, ...flags] });
}

/** A browser with a profile of its own on disk, so that Lighthouse sees the same cookies. */
export function launchWithProfile(folder, url, flags = []) {
  return chromium.launchPersistentContext(folder, {
    baseURL: url, executablePath: executable(), args: [...FLAGS, ...flags], locale: "zh-CN", timezoneId: "Asia/Shanghai",
  });
}

/** A new window; `state` is what `context.storageState()` of a signed-in window gave. */
export async function newWindow(browser, { url, width = 1440, scheme = "light", state, script = true } = {}) {
  const phone = width < 600;
  const context = await browser.newContext({
    baseURL: url,
    storageState: state,
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    colorScheme: scheme,
    viewport: { width, height: phone ? 844 : 900 },
    isMobile: phone,
    hasTouch: phone,
    javaScriptEnabled: script,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  // A window that Chromium does not let go of goes with the browser: a journey does not hang on closing it.
  const close = context.close.bind(context);
  context.close = () => Promise.race([close(), pause(10_000, undefined, { ref: false })]);
  return context;
}

/**
 * Writes down what goes wrong in a page from now on: script errors, console errors, violations of the content
 * security policy, requests that failed or were answered with an error; and what each load cost.
 */
export class Watch {
  /** Lines for people; empty when all is well. */
  wrong = [];
  /** Requests since the last `forget`: `{url, bytes, from}`. */
  requests = new Map();
  #expected = [];

  static async over(page) {
    const watch = new Watch();
    await page.exposeBinding("__violation", (_, text) => watch.wrong.push(`CSP violation: ${text}`));
    await page.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) =>
      globalThis.__violation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`)));
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      // An answer with an error is judged by its status, below.
      if (message.text().startsWith("Failed to load resource: the server responded")) return;
      watch.wrong.push(`console error: ${message.text()}`);
    });
    page.on("pageerror", (error) => watch.wrong.push(`script error: ${error.message}`));
    page.on("requestfailed", (request) => {
      const why = request.failure()?.errorText;
      // A download, or a page left before it was complete.
      if (why !== "net::ERR_ABORTED") watch.wrong.push(`request failed: ${request.url()} ${why}`);
    });
    page.on("response", (response) => {
      if (response.status() < 400 || watch.#expected.includes(response.status())) return;
      watch.wrong.push(`answer ${response.status()}: ${response.request().method()} ${response.url()}`);
    });
    await watch.#weigh(page);
    return watch;
  }

  async #weigh(page) {
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Network.enable");
    await cdp.send("Network.setCacheDisabled", { cacheDisabled: true });
    const add = (id, bytes) => {
      const request = this.requests.get(id);
      if (request) request.bytes += bytes;
    };
    cdp.on("Network.requestWillBeSent", ({ requestId, request, redirectResponse }) => {
      if (request.url.startsWith("data:") || request.url.startsWith("blob:")) return;
      const earlier = this.requests.get(requestId);
      this.requests.set(requestId, {
        url: request.url,
        bytes: (earlier?.bytes ?? 0) + (redirectResponse?.encodedDataLength ?? 0),
        hops: (earlier?.hops ?? 0) + 1,
      });
    });
    cdp.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => add(requestId, encodedDataLength));
  }

  /** From now on these statuses are what the journey wants to see. */
  expect(...statuses) {
    this.#expected = statuses;
  }

  /** Begins a new count of requests. */
  forget() {
    this.requests.clear();
  }

  /** Number of requests (redirects count) and bytes on the wire, headers and all. */
  get weight() {
    const every = [...this.requests.values()];
    return { requests: every.reduce((sum, each) => sum + each.hops, 0), bytes: every.reduce((sum, each) => sum + each.bytes, 0) };
  }

  /** What went wrong since the last call. */
  take() {
    return this.wrong.splice(0);
  }
}
