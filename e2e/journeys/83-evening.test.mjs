// 晚点名 and 返校点名 (issue 4, 1): a head sets them, a class teacher calls on a phone who came back on Sunday evening and who sleeps
// there tonight, and who did not come back is followed through to the list of the day (五(九)).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

const EVE = "2026-11-22";
const main = (page) => page.locator("main").innerText();

/** The line of a pupil on the register. */
const line = (page, name) => page.locator("[data-pupil]", { has: page.locator(".who b", { hasText: new RegExp(`^${name}$`) }) });

/** Taps a pupil away, with a reason. */
async function away(pupil, kind, reason) {
  await pupil.locator(".state-now").click();
  await pupil.getByRole("button", { name: kind, exact: true }).click();
  await pupil.getByRole("button", { name: reason, exact: true }).click();
}

async function submit(page) {
  await page.getByRole("button", { name: /^提交/ }).click();
  await page.waitForURL(/sent=/);
}

/** The register of the teacher's class, on a phone. */
async function register() {
  const scene = await as("teacher", { width: 390 });
  await scene.page.goto("/register");
  await scene.page.waitForURL(/\/register\/[^/?]+/);
  return { ...scene, address: new URL(scene.page.url()).pathname };
}

test("the head sets which evenings are called", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("head", { width });
    await page.goto("/calling");
    await page.waitForURL(/\/calling\/[^/]+$/);
    await page.getByLabel("住校的每晚点").check();
    await page.locator("main form button").last().click();
    await page.waitForURL(/saved=/);
    assert.ok(await page.getByLabel("住校的每晚点").isChecked());
    await faultless(page, watch, [new URL(page.url()).pathname]);
    await window.close();
  }
  const bureau = await as("bureau", { width: 1440 });
  await bureau.page.goto("/calling");
  const nights = await bureau.page.locator("main tbody tr", { hasText: "住校的每晚点" }).count();
  assert.ok(nights >= 2, "the head's school, and the one that called its evenings before");
  await bureau.window.close();
});

let name = "";

test("who did not come back on Sunday evening", async () => {
  const { window, page, watch, address } = await register();
  const everybody = await page.locator("[data-pupil]").count();
  await page.goto(`${address}?day=${EVE}`);
  assert.match(await main(page), /住校生都要点到/);
  const boarders = await page.locator("[data-pupil]").count();
  assert.ok(boarders > 3 && boarders < everybody, `${boarders} of ${everybody} board`);
  name = (await page.locator("[data-pupil] .who b").first().innerText()).trim();
  await away(line(page, name), "未返校", "联系不上");
  assert.match(await page.locator("[data-sum]").innerText(), new RegExp(`应到 ${boarders} 人，没来 1 人`));
  await submit(page);
  const said = await main(page);
  for (const words of [name, "未返校", "补录", "登记联系"]) assert.ok(said.includes(words), words);
  await faultless(page, watch, [`${address}?day=${EVE}`]);
  await window.close();
});

test("he is looked for in the morning, followed up, and called again at night", async () => {
  const { window, page, watch, address } = await register();
  await page.goto(`${address}?part=whole`);
  assert.match(await line(page, name).innerText(), /前一晚没返校/);
  await away(line(page, name), "旷课", "联系不上");
  await submit(page);
  const queue = async () => {
    await page.goto("/absences");
    assert.match(await main(page), new RegExp(`${name}[\\s\\S]*第 1 个上课日`));
  };
  await queue();
  // In the morning nobody is asked for the evening; the teacher may call it all the same.
  await page.goto(address);
  assert.equal(await page.locator('nav [aria-current]', { hasText: "晚上" }).count(), 0);
  await page.goto(`${address}?part=evening`);
  await away(line(page, name), "未返校", "联系不上");
  await submit(page);
  await queue();
  await faultless(page, watch, [`${address}?part=evening`, "/absences"]);
  await window.close();
});

test("the board says who has not called", async () => {
  const { window, page, watch } = await as("head", { width: 1440 });
  await page.goto("/register");
  const rows = page.locator("main tbody tr");
  assert.ok(await rows.filter({ hasText: "还没点" }).count() > 0, "classes that were not called stand there as such");
  assert.ok(await rows.filter({ hasText: /没来 \d+ 人/ }).count() > 0, "the one that was called says who is missing");
  await faultless(page, watch, ["/register", "/register?waiting=1"]);
  await page.goto("/register?waiting=1");
  assert.equal(await rows.filter({ hasText: "还没点" }).count(), await rows.count());
  await window.close();
});
