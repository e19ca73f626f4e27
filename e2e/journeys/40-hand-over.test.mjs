// Somebody leaves: everything open goes to the one who follows, in one act, with a sheet (五(一); issue 3, 3).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

test("the chains, the vacant posts, and a hand-over with its sheet", async () => {
  // The leader of a township's government; the township's own officer leaves.
  const { window, page, watch } = await as("lx1");
  await faultless(page, watch, ["/units", "/units/gaps"]);
  await page.goto("/units");
  await page.locator("main table a[data-row]").first().click();
  await page.waitForURL(/\/units\/[^/]+$/);
  const unit = new URL(page.url()).pathname;
  await faultless(page, watch, [unit]);

  const row = page.locator("tr", { has: page.getByRole("link", { name: /工作交接/ }) }).last();
  const leaver = (await row.locator("td").first().innerText()).trim();
  await row.getByRole("link", { name: /工作交接/ }).click();
  await page.waitForURL(/\/posts\/[^/]+\/hand-over$/);
  await faultless(page, watch, [new URL(page.url()).pathname]);
  const open = await page.locator("main ol li").allInnerTexts();

  // Without a reason nothing happens, and the page says so beside the field.
  watch.expect(422);
  await page.locator('input[name="reason"]').evaluate((field) => field.removeAttribute("required"));
  await page.locator("main form button").click();
  await page.waitForLoadState();
  assert.match(await page.locator("main").innerText(), /原因/);
  watch.expect();

  const follower = await page.locator('select[name="to"] option[value]:not([value=""])').last();
  const [to, called] = [await follower.getAttribute("value"), (await follower.innerText()).trim()];
  await page.locator('select[name="to"]').selectOption(to);
  await page.locator('input[name="reason"]').fill("调离");
  await page.locator("main form button").click();
  await page.waitForURL(/\/hand-overs\/[0-9a-f-]{36}/);
  const sheet = await page.locator("main").innerText();
  assert.ok(sheet.includes("调离"), "the reason stands on the sheet");
  assert.ok(sheet.includes(leaver.split("\n")[0]), "and who leaves");
  assert.ok(sheet.includes(called.split(/[\s（·]/)[0]), "and who follows");
  for (const item of open) assert.ok(sheet.includes(item.trim()), item);
  await faultless(page, watch, [new URL(page.url()).pathname]);
  assert.deepEqual(watch.take(), []);
  await window.close();
});
