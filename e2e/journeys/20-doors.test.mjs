// In and out: by keyboard alone, not from another site (C02), and nothing is left after signing out (C14).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { as, ask, close, cookies, nobody, PASSWORD, URL_ } from "../scene.mjs";

after(close);

/** Presses Tab until the element that `selector` names has the focus; a person would give up at the limit. */
async function tabTo(page, selector, most = 80) {
  for (let pressed = 0; pressed < most; pressed += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${selector} is not reached by ${most} times Tab`);
}

test("signs in by keyboard alone, and the focus is always seen", async () => {
  const { window, page, watch } = await nobody();
  await page.goto("/sign-in");
  await tabTo(page, 'input[name="username"]');
  await page.keyboard.type("bureau");
  await tabTo(page, 'input[name="password"]');
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((at) => at.pathname === "/");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("href")), "#main", "first comes the skip link");
  const unseen = [];
  for (let pressed = 0; pressed < 40; pressed += 1) {
    const lost = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const look = getComputedStyle(one);
      const box = one.getBoundingClientRect();
      const ring = (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) > 0) || look.boxShadow !== "none";
      return ring && box.width > 0 && box.height > 0 ? null : one.outerHTML.slice(0, 120);
    });
    if (lost) unseen.push(lost);
    await page.keyboard.press("Tab");
  }
  assert.deepEqual(unseen, []);
  assert.deepEqual(watch.take(), []);
  await window.close();
});

test("a wrong password and an unknown name are told in the same words", async () => {
  const words = [];
  for (const name of ["bureau", "nobody-of-this-name"]) {
    const { window, page, watch } = await nobody();
    watch.expect(401, 403, 422);
    await page.goto("/sign-in");
    const form = page.locator('form:has(input[name="password"])');
    await form.locator('input[name="username"]').fill(name);
    await form.locator('input[name="password"]').fill("not-the-password");
    await form.locator('button:not([type="button"])').first().click();
    words.push((await page.getByRole("alert").first().innerText()).trim());
    assert.ok(new URL(page.url()).pathname.startsWith("/sign-in"));
    await window.close();
  }
  assert.ok(words[0]);
  assert.equal(words[0], words[1]);
});

test("C14: after signing out, Back and the address itself show nothing", async () => {
  const { window, page, watch } = await as("township", { fresh: true });
  await page.goto("/search?q=李");
  const found = page.locator("main table a[href^='/children/']");
  const name = (await found.first().innerText()).trim();
  const file = await found.first().getAttribute("href");
  await page.locator("header details.menu summary").click();
  const answered = page.waitForResponse((response) => response.url().endsWith("/sign-out"));
  await page.locator('form[action="/sign-out"] button').click();
  const headers = await (await answered).allHeaders();
  assert.match(headers["clear-site-data"] ?? "", /"cache".*"storage"|"\*"/);
  await page.waitForURL(/\/sign-in/);
  for (const go of [() => page.goBack(), () => page.goBack(), () => page.goto(file)]) {
    await go().catch(() => {});
    await page.waitForLoadState();
    const text = await page.locator("body").innerText();
    assert.ok(!text.includes(name), `a child is shown at ${page.url()}`);
  }
  assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0]);
  await page.goto("/");
  assert.match(page.url(), /\/sign-in/, "the session is over");
  watch.take();
  await window.close();
});

test("C02: another site cannot sign anybody in or out, nor send any form of a page", async () => {
  const { window, page } = await as("bureau", { fresh: true });
  const cookie = await cookies(window);
  const actions = new Set(["/sign-in", "/sign-out"]);
  for (const at of ["/", "/children", "/imports", "/comparisons", "/accounts", "/account"]) {
    await page.goto(at);
    for (const action of await page.locator("form[method=post]").evaluateAll((forms) => forms.map((form) => new URL(form.action).pathname))) {
      actions.add(action);
    }
  }
  const let_in = [];
  for (const action of actions) {
    for (const [origin, site] of [["http://elsewhere.example", "cross-site"], ["null", "cross-site"], ["http://elsewhere.example", undefined]]) {
      for (const type of ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"]) {
        const headers = { cookie, origin, "content-type": type, ...(site && { "sec-fetch-site": site }) };
        const answer = await ask(action, { method: "POST", headers, body: "username=bureau&password=x" });
        if (answer.status !== 403) let_in.push(`${action} from ${origin} ${site ?? ""} as ${type}: ${answer.status}`);
      }
    }
  }
  assert.deepEqual(let_in, []);
  await page.goto("/");
  assert.equal(new URL(page.url()).pathname, "/", "still signed in");
  await window.close();
});

test("C02: a page of another site that sends itself signs nobody out", async () => {
  const other = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(
    `<!doctype html><title>x</title><form method="post" action="${URL_}/sign-out"></form><script>document.forms[0].submit()</script>`));
  await new Promise((resolve) => other.listen(0, "127.0.0.1", resolve));
  const { window, page, watch } = await as("village", { fresh: true });
  watch.expect(403);
  // Another name of the same machine is another site.
  const sent = page.waitForResponse((response) => response.url().endsWith("/sign-out"));
  await page.goto(`http://localhost:${other.address().port}/`);
  assert.equal((await sent).status(), 403);
  await page.goto("/");
  assert.equal(new URL(page.url()).pathname, "/");
  other.close();
  await window.close();
});

test("C03 and the like: every answer forbids frames, sniffing and referrers", async () => {
  const { window } = await as("bureau");
  const cookie = await cookies(window);
  for (const at of ["/", "/sign-in", "/children", "/nowhere-at-all", "/healthz"]) {
    const { headers } = await ask(at, { headers: { cookie } });
    assert.match(headers.get("content-security-policy") ?? "", /frame-ancestors 'none'/, at);
    assert.doesNotMatch(headers.get("content-security-policy") ?? "", /unsafe-inline|unsafe-eval/, at);
    assert.equal(headers.get("x-content-type-options"), "nosniff", at);
    assert.match(headers.get("referrer-policy") ?? "", /^(no-referrer|same-origin)$/, at);
  }
  const [session] = (await window.cookies()).filter(({ httpOnly }) => httpOnly);
  assert.ok(session && session.sameSite !== "None" && session.path === "/", JSON.stringify({ ...session, value: "" }));
  await window.close();
});

test("a role can be entered from the demo's sign-in page with one click", async () => {
  const { window, page } = await nobody();
  await page.goto("/sign-in");
  await page.locator('button[name="as"][value="teacher"]').click();
  await page.waitForURL((at) => at.pathname === "/");
  await window.close();
});
