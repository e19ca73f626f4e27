// The checks themselves: each finds its fault on a page that has it, and nothing on a page that has none.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { launch, newWindow, Watch } from "./browser.mjs";
import { visit } from "./checks.mjs";
import { totp } from "./totp.mjs";

const page = (body, head = "") => `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>一页</title><link rel="icon" href="data:,">
<style>body{background:#fff;color:#111}</style>${head}</head><body><main><h1>一页</h1>${body}</main></body></html>`;

const PAGES = {
  "/good": page("<p>无事</p>"),
  "/faint": page('<p style="color:#bbb">看不清</p>'),
  "/faint-in-dark": page("<p>夜里看不清</p>", "<style>@media (prefers-color-scheme: dark){body{background:#333}}</style>"),
  "/unlabelled": page("<input>"),
  "/wide": page('<div style="width:500px">宽</div>'),
  "/wide-but-held": page('<div style="overflow-x:auto" tabindex="0"><div style="width:500px">宽</div></div>'),
  "/heavy": page(`<p>${Array.from({ length: 30_000 }, (_, at) => String.fromCharCode(0x4e00 + at % 20_000)).join("")}</p>`),
  "/many": page(Array.from({ length: 6 }, (_, at) => `<img alt="" src="/dot?${at}">`).join("")),
  "/broken-picture": page('<img alt="" src="/nowhere">'),
  "/loud": page("<p>无事</p>", "<script>console.error('loud')</script>"),
  "/throws": page("<p>无事</p>", "<script>throw new Error('thrown')</script>"),
  "/against-policy": page('<p onclick="1">无事</p>'),
  "/two-headlines": page("<h1>二</h1>"),
  "/dot": "",
};

let server, browser, url;

before(async () => {
  server = createServer((request, response) => {
    const at = request.url.split("?")[0];
    const strict = at === "/against-policy" ? { "content-security-policy": "script-src 'self'" } : {};
    const type = at === "/dot" ? "image/gif" : "text/html; charset=utf-8";
    response.writeHead(at in PAGES ? 200 : 404, { "content-type": type, ...strict }).end(PAGES[at] ?? page("没有"));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});

after(async () => {
  await browser?.close();
  server?.close();
});

async function check(address, width, wanted) {
  const window = await newWindow(browser, { url, width });
  const page = await window.newPage();
  const watch = await Watch.over(page);
  const found = await visit(page, watch, address);
  await window.close();
  if (!wanted) assert.deepEqual(found, []);
  else assert.ok(found.length && found.every((line) => wanted.test(line)), `${address}: ${found.join("\n") || "nothing found"}`);
}

test("a good page has no complaint", () => check("/good", 1440));
test("a good page has none on a phone", () => check("/good", 390));
test("faint text", () => check("/faint", 1440, /axe color-contrast/));
test("faint text in the dark", () => check("/faint-in-dark", 1440, /dark: axe color-contrast/));
test("a field without a label", () => check("/unlabelled", 1440, /axe label/));
test("wider than a phone", () => check("/wide", 390, /5\d\d px wide in a window of 390: div/));
test("wide enough at a desk", () => check("/wide", 1440));
test("a wide table in a box of its own", () => check("/wide-but-held", 390));
test("too many bytes", () => check("/heavy", 1440, /KB, at most 60/));
test("too many requests", () => check("/many", 1440, /7 requests, at most 6/));
test("an answer 404", () => check("/broken-picture", 1440, /answer 404: GET/));
test("a page that is not there", () => check("/nowhere", 1440, /answer 404/));
test("an error in the console", () => check("/loud", 1440, /console error: loud/));
test("a script that throws", () => check("/throws", 1440, /script error: thrown/));
test("a handler that the policy forbids", () => check("/against-policy", 1440, /CSP violation: script-src-attr|console error: .*Content Security Policy/));
test("two headlines", () => check("/two-headlines", 1440, /2 headlines/));

// RFC 6238, appendix B, last six of the eight digits.
test("codes of the second factor", () => {
  const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
  for (const [seconds, code] of [[59, "287082"], [1111111109, "081804"], [20000000000, "353130"]]) {
    assert.equal(totp(secret, seconds * 1000), code);
  }
});
