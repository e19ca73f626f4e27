// 措施成效 (issue 5, item 8): 专班 reads what followed each kind of act and, by cause, the first one; nobody reads a small number (A08);
// it is there for those who lead, and for nobody else.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

test("what followed, for 专班", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("director", { fresh: true, width });
    await page.goto("/works");
    const text = await page.locator("main").innerText();
    assert.match(text, /看到的是之后的情况，不等于是措施带来的/);
    assert.match(text, /不足5名孩子的不列/);
    const counts = await page.locator('main td[data-label="孩子"]').allInnerTexts();
    for (const count of counts) assert.ok(Number(count) >= 5, `${count} of ${counts}`);
    const causes = await page.locator("main a[href^='/works?cause=']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    await faultless(page, watch, ["/works", "/works?cause=learning", ...causes]);
    await window.close();
  }
});

test("nobody else finds it", async () => {
  for (const role of ["teacher", "head", "village"]) {
    const { window, page, watch } = await as(role, { fresh: true, width: 390 });
    assert.equal(await page.locator("a[href='/works']").count(), 0);
    watch.expect(404);
    assert.equal((await page.goto("/works")).status(), 404);
    watch.take();
    await window.close();
  }
});
