// 上学路程 and 校点撤并研究 (issue 6, item 10; 四(四)(六), 五(五)): a township measures a way that nobody had; the county sees whose way is hard, and what
// closing a school would do to whom; 发改局 reads counts and no child (hazards A10, F06); nothing is decided by who drafted it.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const main = (page) => page.locator("main").innerText();
const send = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"]`).getByRole("button", { name: button }).click()]);

let study = "";

test("the township measures what nobody had measured", async () => {
  const { window, page, watch } = await as("township", { fresh: true, width: 390 });
  await faultless(page, watch, ["/ways", "/ways?show=unknown", "/ways/new", "/ways/places"]);
  await page.goto("/ways/new");
  const lines = (await page.locator('textarea[name="lines"]').inputValue()).split("\n");
  assert.ok(lines.length > 0 && lines[0].split("\t").length === 7, "the lines stand there already");
  const [village, group, school] = lines[0].split("\t");
  watch.expect(422);
  await page.locator('input[name="source"]').fill("村干部步行计时");
  await page.locator('textarea[name="lines"]').fill(`${village}\t${group}\t${school}\t很远\t3\t步行`);
  await send(page, "/ways/new", "登记");
  watch.take();
  assert.match(await main(page), /第1行：单程分钟要写1到480的整数/);
  assert.equal(await page.locator('textarea[name="lines"]').inputValue(), `${village}\t${group}\t${school}\t很远\t3\t步行`);
  await page.locator('textarea[name="lines"]').fill(`${village}\t${group}\t${school}\t95\t6.4\t步行\t雨季难走`);
  await send(page, "/ways/new", "登记");
  assert.match(await page.locator("body").innerText(), /登记了1条/);
  await page.goto("/ways");
  await remember(page);
  assert.match(await main(page), /步行 95 分钟，6\.4 公里，雨季难走：/);
  const first = page.locator("#names a[data-row]").first();
  const child = await first.getAttribute("href");
  await page.goto(child);
  await remember(page);
  assert.match(await main(page), /上学路程[\s\S]*上学难：/, "the file says it in one line");
  await window.close();
});

test("the county studies a closure: who is hit, in words", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("bureau", { fresh: true, width });
    await page.goto("/ways/studies");
    study = await page.locator("main a[data-row]").first().getAttribute("href");
    await faultless(page, watch, ["/ways", "/ways/places", "/ways/studies", study, `${study}/print`]);
    await page.goto(study);
    await remember(page);
    const text = await main(page);
    for (const told of [/撤了以后会怎样/, /接收的学校/, /每个孩子/, /→|没有学位/, /保存的内容没有变/, /还缺：论证、公示、听证/]) assert.match(text, told);
    assert.equal(await page.getByRole("button", { name: "决定" }).count(), 0, "who drafted it does not decide");
    await window.close();
  }
});

test("发改局 reads counts and no child, and says something", async () => {
  const { window, page, watch } = await as("planning", { fresh: true, width: 1440 });
  await faultless(page, watch, ["/ways", "/ways/places", "/ways/studies", study]);
  for (const at of ["/ways", study]) {
    await page.goto(at);
    assert.match(await main(page), /看不到孩子/);
    assert.equal(await page.locator("main a[href^='/children/']").count(), 0, at);
  }
  await page.locator('form[action$="/comment"] textarea').fill("建议先建后撤，床位到位再定");
  await send(page, "/comment", "提交意见");
  assert.match(await main(page), /先建后撤/);
  watch.expect(404);
  assert.equal((await page.goto("/ways/new")).status(), 404);
  watch.take();
  await window.close();
});

test("argued, heard, and kept by a second person", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true, width: 1440 });
  await page.goto(study);
  await remember(page);
  watch.expect(409);
  await send(page, "/hearing", "提交征求意见");
  watch.take();
  assert.match(await main(page), /还没有论证，不能征求意见/);
  await page.locator('select[name="kind"]').selectOption("argued");
  await page.locator('input[name="number"]').fill("南教体纪〔2026〕8号");
  await send(page, "/step", "登记");
  await send(page, "/hearing", "提交征求意见");
  assert.match(await main(page), /征求意见[\s\S]*论证：[\s\S]*南教体纪〔2026〕8号/);
  await window.close();

  const second = await as("director", { fresh: true, width: 390 });
  await faultless(second.page, second.watch, [study]);
  await second.page.goto(study);
  await remember(second.page);
  second.watch.expect(409);
  await second.page.locator('input[name="stage"][value="closed"]').check();
  await second.page.locator("#decide-words").fill("县政府会议纪要第8号");
  await send(second.page, "/decide", "决定");
  second.watch.take();
  assert.match(await main(second.page), /还没有公示、听证，不能决定撤并/);
  await second.page.locator('input[name="stage"][value="kept"]').check();
  await second.page.locator("#decide-words").fill("多数家长反对，保留学校");
  await send(second.page, "/decide", "决定");
  assert.match(await main(second.page), /决定保留[\s\S]*多数家长反对/);
  await second.window.close();
});

test("nobody else finds it", async () => {
  for (const role of ["teacher", "head", "village", "police"]) {
    const { window, page, watch } = await as(role, { fresh: true, width: 390 });
    watch.expect(404);
    assert.equal((await page.goto(study)).status(), 404, role);
    watch.take();
    await window.close();
  }
});
