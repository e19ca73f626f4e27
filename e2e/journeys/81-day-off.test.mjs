// A sheet from the mountain for a day that was declared off meanwhile: refused, said plainly, and kept on the phone until the
// teacher has seen it (五(九); hazards B06, B14, H06).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, PASSWORD } from "../scene.mjs";

after(close);

const PHONE = { width: 390 };

/** A class teacher whose page of an address is as wanted. */
async function teacher(from, address, is, look) {
  for (let number = from; number < 60; number += 1) {
    const scene = await as(`t${number}`, look);
    await scene.page.goto("/register");
    await scene.page.waitForURL(/\/register\/[^/?]+/);
    const roll = new URL(scene.page.url()).pathname;
    await scene.page.goto(roll + address);
    if (await is(scene.page)) return { ...scene, roll, name: `t${number}` };
    await scene.window.close();
  }
  return assert.fail(`no teacher for ${address}`);
}

test("a sheet for a day that was declared off is refused in words and stays until it was seen", async () => {
  const found = await teacher(20, "", (page) => page.locator("[data-pupil]").count(), { ...PHONE, fresh: true });
  const { window, page, roll } = found;
  await page.goto("/register/phone");
  await page.locator('[data-part="off"] input[type="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "开通" }).click();
  await page.locator('[data-part="open"]').waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  await window.setOffline(true);
  await page.goto(roll);
  await page.locator('[data-part="locked"] input[type="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "打开" }).click();
  await page.locator("[data-classes] button").first().click();
  const line = page.locator("[data-pupil]").first();
  const name = (await line.locator(".who b").innerText()).trim();
  await line.locator(".state-now").click();
  await line.getByRole("button", { name: "旷课", exact: true }).click();
  await page.getByRole("button", { name: "提交点名" }).click();
  await page.locator("[data-queue] li").waitFor();
  const day = (await page.locator("[data-queue] b").innerText()).match(/\d{4}-\d\d-\d\d/)[0];

  // Meanwhile the head declares the day off for the school.
  let declared = false;
  for (let number = 1; number < 30 && !declared; number += 1) {
    const head = await as(`h${number}`);
    const seen = await head.page.goto(roll);
    if (seen.status() === 200) {
      await head.page.goto("/school-days");
      await head.page.locator('main form[action="/school-days"] [name="day"]').fill(day);
      await head.page.locator('main form[action="/school-days"] [name="lessons"][value="0"]').check();
      await head.page.locator('main form[action="/school-days"] [name="why"]').fill("山路塌方停课");
      await head.page.locator('main form[action="/school-days"] button').last().click();
      await head.page.getByText("山路塌方停课").first().waitFor();
      declared = true;
    }
    await head.window.close();
  }
  assert.ok(declared, "the head of the class's school");

  await window.setOffline(false);
  for (const visit of ["back on line", "looked at again"]) {
    await page.goto("/register/phone");
    await page.locator("[data-queue] .late").waitFor();
    const said = await page.locator("[data-queue]").innerText();
    assert.match(said, /山路塌方停课/, `${visit}: why`);
    assert.match(said, new RegExp(`没来：${name}（旷课`), `${visit}: what was called is still there`);
    assert.match(said, /没有上传，还存在这部手机上/);
  }
  // The register itself says that something is not with the server.
  await page.goto(roll);
  await page.locator("[data-unsent]:not([hidden])").first().waitFor();
  await page.goto("/register/phone");
  await page.getByRole("button", { name: "看过了，从手机上删去" }).click();
  await page.locator("[data-nothing]:not([hidden])").waitFor();
  await window.close();
});
