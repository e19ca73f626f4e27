// A list from upload to ledger: recognised, what will change is seen before it does, the same file twice is one import,
// bad rows come back with their reasons, undone while untouched (issue 3, 8; E).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

const HEAD = "姓名,公民身份号码,性别,出生日期,民族,户号,户主姓名,与户主关系,户籍地址,村码,监护人姓名";
const LIST = [HEAD,
  "茶小满,539999201905200019,男,20190520,彝族,990001,茶成福,子,南涧县南涧镇南街社区1号,532926101001,茶成福",
  "=1+1<img src=x onerror=alert(1)>,539999201905200027,女,20190520,彝族,990002,罗成福,女,南涧县南涧镇南街社区2号,532926101001,罗成福",
  "号码坏了,4.53E+17,女,20190521,彝族,990003,李成福,女,南涧县南涧镇南街社区3号,532926101001,李成福",
].join("\n");
const path = (page) => new URL(page.url()).pathname;

async function upload(page, name, text) {
  await page.goto("/imports");
  await page.locator('input[type="file"]').setInputFiles({ name, mimeType: "text/csv", buffer: Buffer.from(`﻿${text}\n`) });
  await page.getByRole("button", { name: "上传并比对" }).click();
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}/);
}

/** Reloads until the background work is done. */
async function settled(page) {
  for (let tries = 0; tries < 120; tries += 1) {
    await page.reload({ waitUntil: "networkidle" });
    if (!/在后台进行/.test(await page.locator("main").innerText())) return;
  }
  assert.fail("the import is not done");
}

test("seen before it changes anything, applied, undone", async () => {
  const { window, page, watch } = await as("bureau");
  for (const width of [1440, 390]) {
    const other = await as("bureau", { width });
    await faultless(other.page, other.watch, ["/imports"]);
    await other.window.close();
  }
  await upload(page, "<img src=x onerror=alert(1)>户籍.csv", LIST);
  await settled(page);
  const one = path(page);
  await faultless(page, watch, [one]);
  assert.match(await page.locator("main").innerText(), /茶小满/);
  await page.goto("/search?q=茶小满");
  assert.equal(await page.locator("main table a[href^='/children/']").count(), 0, "nothing has changed yet");

  await page.goto(one);
  assert.equal(await page.getByRole("link", { name: "下载要改正的行" }).count(), 1);
  await page.getByRole("button", { name: "写入台账" }).click();
  await page.waitForLoadState("networkidle");
  await settled(page);
  await page.goto("/search?q=茶小满");
  assert.ok(await page.locator("main table a[href^='/children/']").count() > 0, "it stands in the ledger");

  await upload(page, "同一份.csv", LIST);
  assert.equal(path(page), one, "the same file twice is one import");

  const small = await as("bureau", { width: 390 });
  await faultless(small.page, small.watch, [one]);
  await small.window.close();
  await page.goto(one);
  await page.getByRole("button", { name: "撤销导入" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "撤销" }).click();
  await page.waitForLoadState("networkidle");
  await settled(page);
  await page.goto("/search?q=茶小满");
  assert.equal(await page.locator("main table a[href^='/children/']").count(), 0, "it is as it was");
  assert.deepEqual(watch.take(), []);
  await window.close();
});
