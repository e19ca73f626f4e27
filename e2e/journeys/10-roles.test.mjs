// Everybody in the county signs in and sees a day of their own, on a desk's screen and on a phone (issue 3, 11; T).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { WIDTHS } from "../browser.mjs";
import { as, close, faultless, nobody, ROLES } from "../scene.mjs";

after(close);

for (const width of WIDTHS) {
  test(`sign-in page at ${width} px`, async () => {
    const { window, page, watch } = await nobody({ width });
    await faultless(page, watch, ["/sign-in"]);
    const offered = await page.locator('button[name="as"]').evaluateAll((buttons) => buttons.map((one) => one.value));
    assert.deepEqual(Object.keys(ROLES).filter((role) => !offered.includes(role)), [], "the demo's sign-in page offers every role");
    await window.close();
  });

  for (const [role, called] of Object.entries({ ...ROLES, t1: "班主任", h1: "校长", x1: "镇" })) {
    test(`${role} at ${width} px`, async () => {
      const { window, page, watch } = await as(role, { width });
      await faultless(page, watch, ["/"]);
      const who = await page.locator("header details.menu").textContent();
      assert.ok(who.includes(called), `${role}'s page says ${called}, not ${who.replace(/\s+/g, " ")}`);
      await window.close();
    });
  }
}
