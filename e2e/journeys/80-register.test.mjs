// 点名 (issue 4, 1): on a phone in taps, without a network, back on line with a conflict; a signed-out phone holds nothing
// (五(九); hazards H01, H06, H07, C14).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, PASSWORD } from "../scene.mjs";

after(close);

const PHONE = { width: 390 };

/** Opens the register of the teacher's class; its address. */
async function register(page) {
  await page.goto("/register");
  await page.waitForURL(/\/register\/[^/?]+$/);
  return new URL(page.url()).pathname;
}

/** Taps a pupil away, with a reason. */
async function away(page, at, kind, reason) {
  const line = page.locator("[data-pupil]").nth(at);
  await line.locator(".state-now").click();
  await line.getByRole("button", { name: kind, exact: true }).click();
  if (reason) await line.getByRole("button", { name: reason, exact: true }).click();
  return (await line.locator(".who b").innerText()).trim();
}

/** Everything that the browser keeps for the site, as text. */
async function kept(page) {
  return page.evaluate(async () => {
    const text = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const { name } of await indexedDB.databases()) {
      const base = await new Promise((resolve) => { indexedDB.open(name).onsuccess = (event) => resolve(event.target.result); });
      for (const store of base.objectStoreNames) {
        const rows = await new Promise((resolve) => {
          base.transaction(store).objectStore(store).getAll().onsuccess = (event) => resolve(event.target.result);
        });
        for (const row of rows) {
          text.push(JSON.stringify(row));
          for (const value of Object.values(row)) {
            if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) text.push(new TextDecoder("utf-8", { fatal: false }).decode(value));
          }
        }
      }
      base.close();
    }
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const request of await cache.keys()) text.push(await (await cache.match(request)).text());
    }
    return text.join("\n");
  });
}

test("called on a phone in taps: who is away, by when, and whom to ring up", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("teacher", { width });
    const address = await register(page);
    await faultless(page, watch, [address, "/absences", "/suspects"]);
    await window.close();
  }
  const { window, page, watch } = await as("teacher", PHONE);
  const address = await register(page);
  const pupils = await page.locator("[data-pupil]").count();
  assert.ok(pupils > 10, "the class has its roll");
  const name = await away(page, 0, "旷课", "联系不上");
  const ill = await away(page, 1, "病假", "生病");
  assert.match(await page.locator("[data-sum]").innerText(), new RegExp(`应到 ${pupils} 人，没来 2 人`));
  assert.ok(await page.locator("[data-pupil]").first().locator("a[href^='tel:']").count() > 0, "the telephone stands beside the name");
  await page.getByRole("button", { name: "提交点名" }).click();
  await page.waitForURL(/sent=/);
  const main = await page.locator("main").innerText();
  for (const said of [name, ill, "缺课第 1 天"]) assert.ok(main.includes(said), said);
  await page.goto("/absences");
  assert.match(await page.locator("main").innerText(), new RegExp(name));
  // The same again changes nothing; a correction keeps both.
  await page.goto(address);
  const line = page.locator("[data-pupil]").first();
  await line.locator(".state-now").click();
  await line.getByRole("button", { name: "迟到", exact: true }).click();
  await page.getByRole("button", { name: "提交更正" }).click();
  await page.waitForURL(/sent=/);
  assert.equal(await page.locator(".sheets li").count(), 2, "both sheets stay");
  await page.goto("/absences");
  assert.doesNotMatch(await page.locator("main").innerText(), new RegExp(name));
  assert.deepEqual(watch.take(), []);
  await window.close();
});

test("without a network it is kept, sealed; back on line it is sent, and a conflict is shown and decided", async () => {
  const { window, page } = await as("t2", { ...PHONE, fresh: true });
  const address = await register(page);
  const first = (await page.locator("[data-pupil] .who b").first().innerText()).trim();
  await page.goto("/register/phone");
  await page.locator('[data-part="off"] input[type="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "开通" }).click();
  await page.locator('[data-part="open"]').waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const sealed = await kept(page);
  assert.ok(sealed.length > 1000 && !sealed.includes(first), "nobody's name lies open on the phone");

  // No network: any page of the register becomes the phone's own, which opens by the password alone.
  await window.setOffline(true);
  await page.goto(address);
  await page.locator('[data-part="locked"] input[type="password"]').fill("falsch-falsch-1");
  await page.getByRole("button", { name: "打开" }).click();
  await page.locator('[data-part="locked"] [data-wrong]:not([hidden])').waitFor();
  await page.locator('[data-part="locked"] input[type="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "打开" }).click();
  await page.locator("[data-classes] button").first().click();
  const name = await away(page, 0, "旷课", "不愿上学");
  assert.equal(name, first);
  await page.getByRole("button", { name: "提交点名" }).click();
  await page.locator("[data-queue] li").waitFor();
  assert.match(await page.locator("[data-queue]").innerText(), /没来 1 人，只在这部手机上/);
  assert.ok(!(await kept(page)).includes(first), "what waits is sealed, too");

  // Meanwhile the head calls the class for the teacher, with everybody there.
  const head = await as("h1");
  const taken = await head.page.goto(address);
  if (taken.status() === 200) {
    await head.page.getByRole("button", { name: "提交点名" }).click();
    await head.page.waitForURL(/sent=/);
  }
  await window.setOffline(false);
  await page.goto("/register/phone");
  await page.locator('[data-part="open"]').waitFor();
  if (taken.status() === 200) {
    await page.locator("[data-queue] .late").waitFor();
    assert.match(await page.locator("[data-queue]").innerText(), new RegExp(`${name}.*说法不同`));
    await page.locator("[data-queue] a").click();
    await page.waitForURL(/\/register\/.*day=/);
    assert.match(await page.locator("main").innerText(), /两份点名说法不同/);
    // The head's window has no worker and no phone: what it asks for is what the page asks for.
    await faultless(head.page, head.watch, [new URL(page.url()).pathname + new URL(page.url()).search]);
    await page.getByRole("button", { name: /旷课/ }).first().click();
    await page.waitForURL(/sent=/);
    assert.doesNotMatch(await page.locator("main").innerText(), /两份点名说法不同/);
    assert.ok((await page.locator("main").innerText()).includes(`${name}`));
  } else {
    assert.fail("the head of the class's school can call it");
  }
  await head.window.close();

  // Signing out takes from the phone what it kept.
  await page.locator("details.menu summary").click();
  await page.locator('form[action="/sign-out"] button').click();
  const asked = page.locator("dialog[open] .btn.danger");
  if (await asked.count()) await asked.click();
  await page.waitForURL(/sign-in/);
  assert.ok(!(await kept(page)).includes(first));
  assert.equal((await page.evaluate(() => indexedDB.databases())).length, 0, "nothing is left");
  await window.close();
});
