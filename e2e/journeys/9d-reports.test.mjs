// 常态化报告 (issue 6, item 4; 教基厅函〔2024〕15号): the head drafts the month on a phone and is refused a nought that is none; 教体局 sends it back, accepts it, and it
// has its number and three files; the board says who owes and reminds; the quarter is drafted and accepted by another; the year leaves without a small number.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const text = (page) => page.locator("main").innerText();
const press = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"]`).getByRole("button", { name: button }).first().click()]);

let month = "";

/** Whether somebody stood on the list in the month of the report: then it is no zero report. */
async function suspects(page) {
  const number = async (what) => Number((await page.locator("main tr", { hasText: what }).first().locator("td").first().innerText()).replaceAll(/\D/g, ""));
  return await number("期初在疑似辍学台账上") + await number("本期新增疑似辍学") > 0;
}

test("the head owes the month and hands it in on a phone", async () => {
  const head = await as("head", { fresh: true, width: 390 });
  await head.page.goto("/");
  assert.match(await text(head.page), /2026年10月学校月报告/);
  await head.page.goto("/regular");
  assert.match(await text(head.page), /次月5日前报[\s\S]*15号没有规定日子/);
  await press(head.page, "/regular", "起草");
  month = new URL(head.page.url()).pathname;
  await remember(head.page);
  assert.match(await text(head.page), /期末还在台账上[\s\S]*内部名单（不进报告文件）/);
  const zero = head.page.locator('input[name="zero"]');
  await head.page.locator('textarea[name="situation"]').fill("每天早晚点名，没到校的当天联系。");
  const some = await suspects(head.page);
  head.watch.expect(409);
  if (some) await zero.check();
  await press(head.page, "/submit", "报送");
  head.watch.take();
  assert.match(await text(head.page), some ? /不能零报告/ : /要明确作零报告/);
  assert.equal(await head.page.locator('textarea[name="situation"]').inputValue(), "每天早晚点名，没到校的当天联系。", "what was typed stays");
  await head.page.locator('input[name="zero"]').setChecked(!some);
  await press(head.page, "/submit", "报送");
  assert.match(await text(head.page), /已报送，待审核/);
  assert.equal(await head.page.getByRole("button", { name: "审核通过" }).count(), 0, "nobody accepts their own");
  await faultless(head.page, head.watch, ["/regular", month]);
  await head.window.close();
});

test("the bureau sends it back, accepts it, and it has its number and its files", async () => {
  const office = await as("bureau", { fresh: true, width: 1440 });
  await office.page.goto("/regular?show=submitted");
  await office.page.goto(month);
  await office.page.locator('textarea[name="why"]').fill("请写明还有什么问题");
  await press(office.page, "/return", "退回修改");
  assert.match(await text(office.page), /已退回，待修改/);

  const head = await as("head", { fresh: true, width: 390 });
  await head.page.goto(month);
  assert.match(await text(head.page), /请写明还有什么问题/);
  await head.page.locator('textarea[name="problems"]').fill("有的家长在外务工，电话不好打通。");
  await head.page.locator('input[name="zero"]').setChecked(!(await suspects(head.page)));
  await press(head.page, "/submit", "报送");
  await head.window.close();

  await office.page.goto(month);
  await press(office.page, "/accept", "审核通过");
  assert.match(await text(office.page), /已审核定稿[\s\S]*控保月报〔2026〕\d+号[\s\S]*和定稿时一致/);
  for (const [form, begins] of [["pdf", "%PDF"], ["docx", "PK"], ["xlsx", "PK"]]) {
    const file = await office.window.request.get(`${month}/report.${form}`);
    assert.equal(file.status(), 200, form);
    assert.ok((await file.body()).subarray(0, 4).toString().startsWith(begins), form);
  }
  await faultless(office.page, office.watch, [month, "/regular", "/regular?show=school_month"]);

  await office.page.goto("/regular/board?period=2026-10");
  assert.match(await text(office.page), /按学校代码排列[\s\S]*迟报[\s\S]*还没有报/);
  await press(office.page, "/regular/board", "提醒没有报的学校");
  assert.match(await text(office.page), /今天提醒过/);
  await faultless(office.page, office.watch, ["/regular/board?period=2026-10", "/regular/field?period=2026-q3", "/regular/field"]);
  await office.window.close();

  const other = await as("police", { fresh: true, width: 390 });
  other.watch.expect(404);
  assert.equal((await other.page.goto(month)).status(), 404);
  other.watch.take();
  await other.window.close();
});

test("the county's own reports: by another, and what leaves has no small number", async () => {
  const head = await as("director", { fresh: true, width: 1440 });
  await head.page.goto("/regular?show=county_quarter");
  await head.page.locator("main table a[data-row]").first().click();
  const quarter = new URL(head.page.url()).pathname;
  assert.match(await text(head.page), /控保季核〔2026〕2号[\s\S]*按乡镇代码排列，不分先后/);
  await head.page.goto("/regular?show=province_year");
  await head.page.locator("main table a[data-row]").first().click();
  const year = new URL(head.page.url()).pathname;
  assert.match(await text(head.page), /控保年评〔2026〕1号[\s\S]*只写全县的数/);
  assert.doesNotMatch(await text(head.page), /各乡镇/);
  await faultless(head.page, head.watch, [quarter, year]);
  await head.window.close();
});
