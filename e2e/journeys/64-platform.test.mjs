// What must stand in the provincial platforms: from the list to the copy sheet, masked until asked for, the number kept,
// the platform's own list compared; and a code that the county keeps (四(十四)、五(九); issue 3, 9 and 10).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, confirm, faultless } from "../scene.mjs";

after(close);

const rows = (page) => page.locator("main table a[data-row]");

for (const width of [1440, 390]) {
  test(`the pages at ${width} px`, async () => {
    const { window, page, watch } = await as("bureau", { width });
    await faultless(page, watch, ["/platforms", "/platforms?on=national", "/platforms/check", "/codes", "/codes?q=彝", "/codes/causes/distance", "/posts", "/units?q=小学"]);
    await page.goto("/platforms");
    await faultless(page, watch, [await rows(page).first().getAttribute("href")]);
    await window.close();
  });
}

test("a township keeps its own children, without a school's help", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("township", { width });
    await page.goto("/platforms?stand=all");
    const all = await rows(page).count();
    assert.ok(all > 0, "children of the township must stand there");
    const bureau = await as("bureau", { width });
    await bureau.page.goto("/platforms?stand=all");
    const said = async (page) => Number((await page.locator("main").innerText()).match(/还没录入\D*(\d+)/)?.[1]);
    assert.ok(await said(bureau.page) > await said(page), "and nobody else's");
    await bureau.window.close();
    await faultless(page, watch, ["/platforms", "/platforms/check", await rows(page).first().getAttribute("href")]);
    await window.close();
  }
});

test("copied, entered, numbered, compared", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true });
  await window.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto("/platforms?stand=missing");
  const name = (await rows(page).first().innerText()).trim();
  await rows(page).first().click();
  await page.waitForURL(/\/children\/[0-9a-f-]{36}\/platform/);
  const sheet = new URL(page.url());
  assert.equal((await page.locator("h1").innerText()).trim(), name);
  assert.doesNotMatch(await page.locator("main").innerText(), /539999\d{11}/, "masked");
  await page.locator("dl [data-copy]").first().click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), name, "one tap copies a line");

  // A password alone is no proof for sealed fields: it is asked for again, and leads back to the sheet (ADR 0007).
  const reveal = page.locator('form[action$="/reveal"]').getByRole("button");
  await reveal.click();
  await page.waitForURL(/\/account\/confirm/);
  await confirm(page);
  assert.equal(new URL(page.url()).pathname, sheet.pathname);
  await reveal.click();
  await page.waitForLoadState("networkidle");
  assert.match(await page.locator("main").innerText(), /539999\d{11}|没有证件/, "whole after it was asked for");

  await page.goto(sheet.pathname + sheet.search);
  await page.locator('input[name="number"]').fill("YN-64-0001");
  await page.getByRole("button", { name: "已在平台录入" }).click();
  await page.waitForLoadState("networkidle");
  assert.match(await page.locator("main").innerText(), /YN-64-0001/);
  await faultless(page, watch, [sheet.pathname + sheet.search]);

  await page.goto("/platforms/check?on=rescue");
  const list = `平台编号,姓名,办理状态\nYN-64-0001,${name},已销号\nYN-64-0099,外县来的,在办\n`;
  const send = async () => {
    await page.locator('input[type="file"]').setInputFiles({ name: "导出.csv", mimeType: "text/csv", buffer: Buffer.from(list) });
    await page.getByRole("button", { name: "上传并核对" }).click();
    await page.waitForURL(/rows=2/);
  };
  await send();
  const count = await page.locator("main table tbody tr").count();
  assert.match(await page.locator("main").innerText(), /状态不一致[\s\S]*平台有，本系统没有|平台有，本系统没有[\s\S]*状态不一致/);
  await page.goto("/platforms/check?on=rescue");
  await send();
  assert.equal(await page.locator("main table tbody tr").count(), count, "the same list again is the same differences");
  await page.getByRole("button", { name: "不归本县、本校" }).first().click();
  await page.waitForURL((at) => !at.search.includes("rows="));
  assert.equal(await page.locator("main table tbody tr").count(), count - 1);
  await faultless(page, watch, ["/platforms/check?on=rescue", "/platforms/check?on=rescue&state=decided"]);
  assert.deepEqual(watch.take(), []);
  await window.close();
});

test("a school sees its own, a teacher nothing", async () => {
  const head = await as("head");
  await faultless(head.page, head.watch, ["/platforms", "/platforms/check"]);
  await head.window.close();
  const teacher = await as("teacher");
  teacher.watch.expect(404);
  const answer = await teacher.page.goto("/platforms");
  assert.equal(answer.status(), 404);
  await teacher.window.close();
});

test("a code of the county is added and ended, never taken away", async () => {
  const { window, page } = await as("bureau");
  await page.goto("/codes?table=causes");
  await page.locator('input[name="code"]').fill("market64");
  await page.locator('input[name="label"]').fill("赶集帮工");
  await page.locator('input[name="basis"]').fill("县里自定");
  await page.locator('input[name="why"]').fill("乡镇反映");
  await page.getByRole("button", { name: "新增" }).click();
  await page.waitForLoadState("networkidle");
  await page.goto("/codes/causes/market64");
  await page.locator("details summary", { hasText: "停用" }).click();
  await page.locator("#end-why").fill("并入外出务工");
  await page.getByRole("button", { name: "停用" }).click();
  await page.waitForLoadState("networkidle");
  assert.match(await page.locator("main").innerText(), /已停用/);
  await page.goto("/codes?table=causes&q=market64");
  assert.match(await page.locator("main").innerText(), /赶集帮工/);
  await window.close();
});
