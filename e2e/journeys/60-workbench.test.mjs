// 四查三比对: the findings side by side with their reasons, decided with one key, remembered; handed to a village, which
// sees it, reports back; and the sheet for going from door to door (五(四)、五(八); issue 3, 9).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

const VILLAGE = "南街社区";
const path = (page) => new URL(page.url()).pathname;
const rows = (page) => page.locator("main table a[data-row]");

test("board, list and both sides of a finding", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("bureau", { width });
    await faultless(page, watch, ["/comparison", "/findings", "/findings?state=decided"]);
    await page.goto("/findings");
    await rows(page).first().click();
    await page.waitForURL(/\/findings\/[0-9a-f-]{36}/);
    await faultless(page, watch, [path(page)]);
    const text = await page.locator("main").innerText();
    assert.match(text, /539999\*+\d{4}/, "the ID number is masked");
    assert.doesNotMatch(text, /539999\d{11}/);
    await window.close();
  }
});

test("decided with one key, on to the next, and remembered", async () => {
  const { window, page, watch } = await as("bureau");
  await page.goto("/findings?state=open");
  const other = page.locator("tr", { hasNotText: VILLAGE }).locator("a[data-row]").first();
  const name = (await other.innerText()).trim();
  const first = await other.getAttribute("href");
  await other.click();
  await page.waitForURL(`**${first}`);
  await page.keyboard.press("1");
  await page.waitForURL((at) => at.pathname !== first && at.pathname.startsWith("/findings"));
  await page.goto("/findings?state=open");
  assert.equal(await page.locator(`a[data-row][href="${first}"]`).count(), 0);
  await page.goto("/findings?state=decided");
  const decided = await rows(page).allInnerTexts();
  // As far as the list goes; a page that comes twice would be a list without an end.
  for (const seen = new Set([page.url()]); await page.locator("a[rel=next]").count();) {
    await page.goto(await page.locator("a[rel=next]").getAttribute("href"));
    assert.ok(!seen.has(page.url()), `${page.url()} comes twice`);
    seen.add(page.url());
    decided.push(...await rows(page).allInnerTexts());
  }
  assert.ok(decided.some((each) => each.trim() === name), `${decided.length} are decided`);
  await page.goto(first);
  assert.match(await page.locator("main").innerText(), /疑似辍学/);
  await faultless(page, watch, [first]);

  // Two windows: who decides from a page that is no longer true is told so, and nothing is overwritten.
  await page.goto("/findings?state=open");
  const next = await rows(page).first().getAttribute("href");
  await page.goto(next);
  const version = await page.locator('form[action$="/decide"] input[name="version"]').getAttribute("value");
  assert.ok(version);
  await page.locator('form[action$="/decide"] input[name="version"]').evaluate((field) => { field.value = "999"; });
  watch.expect(409);
  const answer = page.waitForResponse((response) => response.url().endsWith("/decide"));
  await page.keyboard.press("2");
  assert.equal((await answer).status(), 409);
  await page.getByRole("alert").first().waitFor();
  await window.close();
});

test("handed to the village, which reports back", async () => {
  const bureau = await as("bureau");
  await bureau.page.goto("/findings?state=open");
  const row = bureau.page.locator("tr", { hasText: VILLAGE }).locator("a[data-row]").first();
  const name = (await row.innerText()).trim();
  await row.click();
  await bureau.page.waitForURL(/\/findings\/[0-9a-f-]{36}/);
  const finding = path(bureau.page);
  const to = await bureau.page.locator('select[name="unit"] option', { hasText: VILLAGE }).getAttribute("value");
  await bureau.page.locator('select[name="unit"]').selectOption(to);
  await bureau.page.getByRole("button", { name: "交办", exact: true }).click();
  await bureau.page.waitForLoadState();
  assert.deepEqual(bureau.watch.take(), []);

  for (const width of [390, 1440]) {
    const village = await as("village", { width });
    await faultless(village.page, village.watch, ["/findings", finding]);
    await village.page.goto("/");
    assert.ok((await village.page.locator("main").innerText()).includes(name), "it stands on the village's own day");
    await village.window.close();
  }
  const village = await as("village", { width: 390 });
  await village.page.goto(finding);
  assert.equal(await village.page.locator('form[action$="/decide"]').count(), 0, "a village does not decide");
  await village.page.locator('input[name="found"]').first().check({ force: true });
  await village.page.locator('textarea[name="note"]').fill("外祖母在家，说孩子在家帮忙，愿意回校。");
  await village.page.getByRole("button", { name: "报回" }).click();
  await village.page.waitForLoadState();
  assert.deepEqual(village.watch.take(), []);

  await bureau.page.goto("/findings?state=reported");
  assert.ok((await rows(bureau.page).allInnerTexts()).some((each) => each.trim() === name));
  await bureau.page.goto(finding);
  assert.match(await bureau.page.locator("main").innerText(), /外祖母在家/);
  await bureau.window.close();
  await village.window.close();
});

test("the door-to-door sheet: on the phone, ticked, and printed", async () => {
  const { window, page, watch } = await as("village", { width: 390 });
  await faultless(page, watch, ["/door"]);
  await page.goto("/door");
  await rows(page).first().click();
  await page.waitForURL(/\/door\/./);
  const sheet = path(page);
  await faultless(page, watch, [sheet]);
  await page.goto(sheet);
  const house = page.locator("section.card[id^='h-']").first();
  await house.getByRole("button").first().click();
  await page.waitForURL(new RegExp(sheet));
  assert.doesNotMatch(await page.locator("section.card[id^='h-']").first().innerText(), /还没走到/);
  await page.emulateMedia({ media: "print" });
  for (const chrome of ["nav.side", "header.top", "nav.bottom"]) {
    assert.equal(await page.locator(chrome).isVisible(), false, `${chrome} is not printed`);
  }
  await window.close();
  const desk = await as("village");
  await desk.page.goto(sheet);
  assert.ok((await desk.page.pdf()).length > 5000, "it prints");
  await desk.window.close();
});
