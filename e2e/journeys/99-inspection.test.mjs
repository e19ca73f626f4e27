// 督导 (issue 6, item 7; 五(十二)): a 责任督学 fills the checklist on the phone and enters a finding; the school reports, the inspector closes (hazards B05,
// B13); the result names nobody (F06) and everybody reads it without an account; the assessment with its reply.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, nobody, remember } from "../scene.mjs";

after(close);

const text = (page) => page.locator("main").innerText();
const click = (page, name) =>
  Promise.all([page.waitForNavigation(), page.getByRole("button", { name }).click()]);

let place = "";
let finding = "";

test("the inspector at a school, on the phone", async () => {
  const { window, page, watch } = await as("inspector", { fresh: true, width: 390 });
  await page.goto("/inspections");
  const visit = await page.locator("main a[data-row]").first().getAttribute("href");
  await page.goto(visit);
  assert.match(await text(page), /按种子重抽[\s\S]*结果相同/);
  place = await page.locator("main a[data-row]").first().getAttribute("href");
  await page.goto(place);
  await remember(page);
  watch.expect(422);
  await page.locator('input[name="seen-roll_clean"][value="lacking"]').check();
  await click(page, "保存检查表");
  watch.take();
  assert.match(await text(page), /没有全做到，请写明看到了什么/);
  await page.locator('input[name="words-roll_clean"]').fill("有转走的没有办学籍");
  await click(page, "保存检查表");
  assert.equal(await page.locator('input[name="words-roll_clean"]').inputValue(), "有转走的没有办学籍");
  await page.locator('select[name="item"]').selectOption("roll_clean");
  await page.locator('textarea[name="words"]').fill("转走的学生没有办学籍变动");
  await page.locator('textarea[name="evidence"]').fill("学籍册和点名册对不上");
  await page.locator('input[name="due"]').fill("2026-11-25");
  await click(page, "登记问题");
  finding = await page.getByRole("link", { name: "转走的学生没有办学籍变动" }).getAttribute("href");
  await faultless(page, watch, ["/inspections", visit, place, finding, "/inspections/findings"]);
  await window.close();
});

test("the school reports, the inspector looks again", async () => {
  const school = await as("head", { fresh: true, width: 390 });
  await school.page.goto("/");
  assert.match(await text(school.page), /转走的学生没有办学籍变动/);
  await school.page.goto(finding);
  await school.page.locator('textarea[name="words"]').fill("学籍变动已在系统里办好");
  await click(school.page, "报告整改");
  assert.match(await text(school.page), /已报整改，待复查/);
  assert.equal(await school.page.getByRole("button", { name: "改好了，销号" }).count(), 0);
  await faultless(school.page, school.watch, ["/inspections", place, finding]);
  await school.window.close();

  const back = await as("inspector", { fresh: true, width: 390 });
  await back.page.goto(finding);
  await back.page.locator('textarea[name="seen"]').fill("学籍册和点名册对上了");
  await click(back.page, "改好了，销号");
  assert.match(await text(back.page), /已销号/);
  await faultless(back.page, back.watch, [finding]);
  await back.window.close();

  const town = await as("village", { fresh: true, width: 390 });
  town.watch.expect(404);
  assert.equal((await town.page.goto(finding)).status(), 404);
  town.watch.take();
  await town.window.close();
});

test("a result that names nobody, read by everybody", async () => {
  const office = await as("li", { fresh: true, width: 1440 });
  await office.page.goto("/inspections");
  assert.match(await text(office.page), /还没有去过的学校/);
  await office.page.getByRole("link", { name: "专项督导" }).first().click();
  const inspection = new URL(office.page.url()).pathname;
  await office.page.goto(`${inspection}/result`);
  await remember(office.page);
  assert.match(await text(office.page), /已公布/);
  const draft = await office.page.locator('textarea[name="words"]').inputValue();
  assert.match(draft, /随机抽取/);
  office.watch.expect(422);
  await office.page.locator('textarea[name="words"]').fill(`${draft}\n按升学率排出名次，还有3名学生没有返校。`);
  await click(office.page, "送审");
  office.watch.take();
  assert.match(await text(office.page), /少于5[\s\S]*五\(十二\)/);
  await office.page.locator('textarea[name="words"]').fill(`${draft}\n整改情况年底再公布一次。`);
  await click(office.page, "送审");
  assert.match(await text(office.page), /等另一位同志审核/);
  await faultless(office.page, office.watch, ["/inspections", inspection, `${inspection}/result`]);
  await office.window.close();

  const second = await as("director", { fresh: true, width: 1440 });
  await second.page.goto(`${inspection}/result`);
  await second.page.getByRole("button", { name: "审核通过，公布" }).click();
  await click(second.page, "确定公布");
  await faultless(second.page, second.watch, [`${inspection}/result`]);
  await second.window.close();

  for (const width of [1440, 390]) {
    const stranger = await nobody({ width });
    await stranger.page.goto("/public/inspections");
    assert.match(await text(stranger.page), /整改情况年底再公布一次/);
    assert.equal(await stranger.page.locator("form").count(), 0, "nothing to ask by");
    await faultless(stranger.page, stranger.watch, ["/public/inspections"]);
    await stranger.window.close();
  }
});

test("an assessment with its reply", async () => {
  const office = await as("li", { fresh: true, width: 1440 });
  await office.page.goto("/assessments");
  await office.page.getByRole("link", { name: "南涧镇人民政府" }).click();
  const own = new URL(office.page.url()).pathname;
  assert.match(await text(office.page), /方案今年更新过/);
  await faultless(office.page, office.watch, ["/assessments", own]);
  await office.window.close();

  const town = await as("township", { fresh: true, width: 390 });
  await town.page.goto(own);
  await town.page.locator("summary", { hasText: "回复" }).first().click();
  await town.page.locator('textarea[name="reply"]').first().fill("没有意见，继续更新");
  await Promise.all([town.page.waitForNavigation(), town.page.getByRole("button", { name: "回复" }).first().click()]);
  assert.match(await text(town.page), /被考核单位的意见[\s\S]*没有意见，继续更新/);
  await faultless(town.page, town.watch, ["/assessments", own]);
  await town.window.close();
});
