// 街天 (issue 4, 1): nobody has entered one, so none is known; the bureau enters that of a township, a head sees when it is held
// next, and the bureau takes it back.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

const main = (page) => page.locator("main").innerText();

test("the bureau enters a market", async () => {
  const { window, page, watch } = await as("bureau", { width: 1440 });
  await page.goto("/school-days");
  assert.match(await main(page), /还没有登记街天/);
  await page.getByLabel("乡镇").selectOption({ index: 1 });
  await page.getByLabel("哪条街").fill("演示街");
  await page.getByLabel("赶街的一天").fill("2026-11-20");
  await page.getByLabel("几天赶一次").fill("一周");
  watch.expect(422);
  await page.getByRole("button", { name: "登记街天" }).click();
  await page.locator("#every-err").waitFor();
  watch.take();
  assert.equal(await page.getByLabel("哪条街").inputValue(), "演示街", "what was typed stays");
  await page.getByLabel("几天赶一次").fill("6");
  await page.getByRole("button", { name: "登记街天" }).click();
  await page.waitForURL(/#markets$/);
  const row = page.locator("#markets tbody tr", { hasText: "演示街" });
  assert.match(await row.innerText(), /[镇乡][\s\S]*6 天一次[\s\S]*11月26日/);
  await faultless(page, watch, ["/school-days"]);
  await window.close();
});

test("a head sees it and cannot change it; the bureau takes it back", async () => {
  const head = await as("head", { width: 390 });
  await head.page.goto("/school-days");
  assert.match(await main(head.page), /演示街/);
  assert.equal(await head.page.getByRole("button", { name: /登记街天|不再赶/ }).count(), 0);
  await faultless(head.page, head.watch, ["/school-days"]);
  await head.window.close();
  const { window, page, watch } = await as("bureau", { width: 390 });
  await page.goto("/school-days");
  await faultless(page, watch, ["/school-days"]);
  await page.getByRole("button", { name: "不再赶" }).click();
  await page.waitForURL(/#markets$/);
  assert.match(await main(page), /还没有登记街天/);
  await window.close();
});
