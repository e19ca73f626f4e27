// 早期提醒 in words and 调班 (issue 4, 7 and 8): what has happened, by name, with its clause; who looks after it; a class changed by
// two people (四(十九), 五(九)).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

const WIDTHS = [1440, 390];

/** The list, once the program has looked through the county after its start. */
async function list(page, address = "/warnings") {
  for (let tries = 0; tries < 300; tries += 1) {
    await page.goto(address);
    const rows = await page.locator("main tbody tr").count();
    if (rows) return rows;
  }
  return assert.fail(`nobody on ${address}`);
}

test("what has happened stands in words, by name, for each in their own part of the county", async () => {
  for (const width of WIDTHS) {
    const { window, page, watch } = await as("head", { width });
    await list(page);
    const child = await page.locator("main tbody th a").first().getAttribute("href");
    await faultless(page, watch, ["/warnings", "/warnings?stage=noted", child]);
    await window.close();
  }
  for (const who of ["bureau", "township", "teacher"]) {
    const { window, page, watch } = await as(who, { width: 390 });
    await faultless(page, watch, ["/warnings"]);
    await window.close();
  }
  const { window, page } = await as("bureau");
  const first = await list(page);
  for (const row of await page.locator("main tbody tr").all()) {
    const words = await row.innerText();
    assert.match(words, /（.*(默认值|[一二三四五六]\(.+\)|法.*条).*）/, "each sentence has its source");
    assert.doesNotMatch(words, /风险|分数|等级|概率|\d分/, "no score");
  }
  const next = page.locator("a[rel=next]");
  if (await next.count()) {
    assert.equal(first, 50);
    await next.click();
    await page.locator("main tbody tr").first().waitFor();
  }
  await window.close();
});

test("who looks after a child stands beside it until the time runs out", async () => {
  const { window, page, watch } = await as("head", { width: 390 });
  const before = await list(page);
  const link = page.locator("main tbody th a").first();
  const [name, address] = [(await link.innerText()).trim(), await link.getAttribute("href")];
  await page.goto(address);
  await page.getByRole("button", { name: "登记已关注" }).click();
  assert.equal(new URL(page.url()).pathname, address, "without words nothing is sent");
  await page.locator("#did").fill("给家里打了电话，约好星期五家访");
  await page.locator("#until").fill("2026-12-04");
  await page.getByRole("button", { name: "登记已关注" }).click();
  await page.waitForURL(/\/warnings$/);
  if (before < 50) assert.equal(await page.locator("main tbody tr").count(), before - 1);
  await page.goto("/warnings?stage=noted");
  assert.match(await page.locator("main").innerText(), new RegExp(`${name}[\\s\\S]*关注到`));
  await page.goto(address.replace("/warnings", ""));
  assert.match(await page.locator("main").innerText(), /早期提醒[\s\S]*在关注，到/);
  await faultless(page, watch, [address]);
  await window.close();
});

test("a class is changed when both have acted, and not before", async () => {
  let found;
  for (let number = 6; number < 40 && !found; number += 1) {
    const scene = await as(`t${number}`, { width: 390 });
    await scene.page.goto("/children");
    const child = await scene.page.locator("main a[href^='/children/']").first().getAttribute("href");
    await scene.page.goto(`${child}/class`);
    if (await scene.page.locator("#to_class").count()) found = { ...scene, child };
    else await scene.window.close();
  }
  assert.ok(found, "a school with two classes of a grade");
  const { window, page, watch, child } = found;
  await faultless(page, watch, [`${child}/class`]);
  await page.locator("#to_class").selectOption({ index: 1 });
  await page.locator("#reason").fill("两班人数不均");
  await page.getByRole("button", { name: "提出调班" }).click();
  await page.waitForURL(/\/moves$/);
  assert.match(await page.locator("main").innerText(), /调班/);
  await faultless(page, watch, ["/moves"]);
  assert.equal((await page.goto(child)).status(), 200, "still one's own");
  // The head of the school decides for the class that receives.
  let decided = false;
  for (let number = 1; number < 12 && !decided; number += 1) {
    const head = await as(`h${number}`);
    await head.page.goto("/moves");
    const agree = head.page.locator(`tr:has(a[href="${child}"])`).getByRole("button", { name: "新班同意" });
    if (await agree.count()) {
      await agree.click();
      await head.page.waitForURL(/\/moves$/);
      decided = true;
    }
    await head.window.close();
  }
  assert.ok(decided, "the head of the class's school");
  assert.equal((await page.goto(child)).status(), 404, "now the other class's");
  watch.take();
  await window.close();
});
