// Finding a child: by name, by the first letters of its pinyin; what is typed is text and nothing else (D02, D04, L08).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const found = (page) => page.locator("main table a[href^='/children/']");

test("by name and by first letters of the pinyin", async () => {
  const { window, page, watch } = await as("bureau");
  await page.goto("/");
  await page.keyboard.press("/");
  await page.keyboard.type("李");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/search\?q=/);
  await remember(page);
  const names = await found(page).allInnerTexts();
  assert.ok(names.length > 0 && names.every((name) => name.includes("李")), names.join(" "));
  for (const surname of ["王", "杨", "罗", "张", "字", "茶", "自"]) {
    await page.goto(`/search?q=${surname}`);
    await remember(page);
  }
  const one = (await found(page).first().innerText()).trim();
  await page.goto(`/search?q=${encodeURIComponent(one)}`);
  assert.ok((await found(page).allInnerTexts()).some((name) => name.trim() === one));
  await faultless(page, watch, ["/search", `/search?q=${encodeURIComponent(one)}`, "/search?q=zzzzqqqq"]);
  await window.close();
});

for (const width of [1440, 390]) {
  test(`what is typed is text, at ${width} px`, async () => {
    const { window, page, watch } = await as("bureau", { width });
    for (const typed of ["<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "%", "_", "{{7*7}}", "' or 1=1 --", "‮李"]) {
      await faultless(page, watch, [`/search?q=${encodeURIComponent(typed)}`]);
      assert.equal(await found(page).count(), 0, `${typed} finds nobody`);
    }
    await window.close();
  });
}
