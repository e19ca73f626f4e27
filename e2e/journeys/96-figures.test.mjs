// 指标和领导一页 (issue 6, items 1 and 2; 二, 五(七), 五(十二)): 专班 opens the leader's page, a number opens names, a figure says what it is; what
// was frozen stays, and what changed since is told child by child (B08); a member unit sees no names and no small number (F06).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const send = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action="${path}"]`).getByRole("button", { name: button }).click()]);

/** Waits until the night's work is done: a snapshot with a number above `above`. */
async function snapshot(page, above = 0) {
  for (let tries = 0; tries < 120; tries += 1) {
    await page.goto("/figures");
    const number = Number(await page.locator('select[name="at"] option').first().getAttribute("value").catch(() => 0));
    if (number > above) return number;
    await page.waitForTimeout(500);
  }
  throw new Error("no snapshot was made in a minute");
}

test("the leader's page, and the names behind its numbers", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("director", { fresh: true, width });
    await snapshot(page);
    await page.goto("/");
    await page.locator("main a[href='/leader']").click();
    await page.waitForURL(/\/leader$/);
    const text = await page.locator("main").innerText();
    for (const part of ["在哪里", "轮到谁", "走到哪一步", "办到哪一步", "最早从", "多久回来", "为什么", "这一年", "南涧镇", "适龄不在学"]) assert.match(text, new RegExp(part));
    assert.equal(await page.locator("svg.tiles").count(), 8, "eight townships");
    assert.equal(await page.locator("svg.tiles rect").count(), 81, "eighty-one villages");
    const out = Number((await page.locator("main a.stat[href='/figures/in_school'] b").innerText()).replace(/\D/g, ""));
    assert.ok(out > 0);
    const [town] = await page.locator(".town h3 a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    const [village] = await page.locator("svg.tiles a").evaluateAll((all) =>
      all.filter((one) => !one.getAttribute("aria-label").endsWith("0名")).map((one) => one.getAttribute("href")));
    const turns = await page.locator("main a[href^='/leader/cases']").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
    await faultless(page, watch, ["/leader", "/leader/cases", "/leader/cases?late=1", turns.at(-1), town, village, "/figures/in_school"]);
    await page.goto(village);
    await remember(page);
    assert.ok((await page.locator("main a[data-row]").count()) > 0, "the number opens names");
    await window.close();
  }
});

test("a rate with its definition, target and names; frozen, it stays", async () => {
  const { window, page, watch } = await as("director", { fresh: true, width: 1440 });
  const first = await snapshot(page);
  const text = await page.locator("main").innerText();
  for (const label of ["小学入学率", "新生入学率", "九年巩固率（按人）", "九年巩固率（年报）", "初中三年巩固率（按人）", "初中三年巩固率（年报）", "辍学率", "辍学率（年报）", "复学率", "三日发现率", "及时上报率", "按期办结率"]) {
    assert.ok(text.includes(label), label);
  }
  assert.match(text, /目标99\.5%以上（二）/);
  assert.match(text, /目标98\.5%以上（二）/);
  await faultless(page, watch, ["/figures", `/figures?at=${first}&check=1`, "/figures/enrolment", "/figures/retention", "/figures/deadlines_kept"]);
  await page.goto(`/figures?at=${first}&check=1`);
  assert.match(await page.locator("main").innerText(), /核对无误/);
  await page.goto("/figures");
  watch.expect(422);
  await page.locator("#label").fill(" x\u0007");
  await page.locator("#label").fill("   ");
  await send(page, "/figures/freeze", "冻结");
  watch.take();
  assert.match(await page.locator("main").innerText(), /请写名称/);
  await page.locator("#label").fill("月报 2026-11");
  await send(page, "/figures/freeze", "冻结");
  assert.match(await page.locator("main").innerText(), /月报 2026-11/);
  const rate = await page.locator(".figure .rate b").first().innerText();

  // A child leaves; the next snapshot has it, the frozen one has not.
  await page.goto("/figures");
  await send(page, "/figures/renew", "马上更新");
  const second = await snapshot(page, first);
  assert.ok(second > first);
  await page.goto(`/figures?at=${first}`);
  assert.equal(await page.locator(".figure .rate b").first().innerText(), rate);
  await faultless(page, watch, [`/figures/in_school/changes?from=${first}&to=${second}`, "/figures/enrolment/changes"]);
  await page.goto(`/figures/in_school/changes?from=${first}&to=${second}`);
  assert.match(await page.locator("main").innerText(), /什么变了/);
  await window.close();
});

test("教体局 enters the yearbook's numbers with their source", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true, width: 390 });
  await page.goto("/figures");
  await page.getByText("登记巩固率的年报数").click();
  watch.expect(422);
  await page.locator("#part").fill("2,000");
  await page.locator("#whole").fill("2020");
  await page.locator("#source").fill("2026年教育事业统计年报，初基311");
  await send(page, "/figures/yearbook", "登记");
  watch.take();
  assert.equal(await page.locator("#part").inputValue(), "2,000", "what was typed stays");
  await page.locator("#part").fill("2000");
  await send(page, "/figures/yearbook", "登记");
  assert.match(await page.locator("main").innerText(), /2000÷2020[\s\S]*初基311/);
  await faultless(page, watch, ["/figures"]);
  await window.close();
});

test("an old list: who is missing by name, what became of one said with proof; and the funnel's names", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true, width: 390 });
  await page.goto("/cohorts");
  assert.match(await page.locator("main").innerText(), /2018-2019学年一年级/);
  await page.locator("main a[href^='/cohorts/']", { hasText: "左家旺" }).click();
  await page.waitForURL(/\/cohorts\/[^?]+$/);
  const address = new URL(page.url()).pathname;
  assert.match(await page.locator("main").innerText(), /留在分母里，算没有巩固/);
  watch.expect(422);
  await page.locator("#standing").selectOption("moved_away");
  await page.locator("#proof").fill(" ");
  await send(page, address, "登记");
  watch.take();
  assert.match(await page.locator("main").innerText(), /请写凭什么/);
  await page.locator("#standing").selectOption("elsewhere");
  await page.locator("#proof").fill("外县学籍截图，存教体局");
  await send(page, address, "登记");
  assert.match(await page.locator("main").innerText(), /外县学籍截图[\s\S]*|留在分母里，算巩固/);
  await faultless(page, watch, ["/cohorts", "/cohorts?year=2024&grade=7", address]);
  await window.close();
  const leads = await as("director", { fresh: true, width: 1440 });
  await leads.page.goto("/figures/returned?step=persuading");
  assert.ok((await leads.page.locator("main a[data-row]").count()) > 0, "the step opens names");
  await faultless(leads.page, leads.watch, ["/figures/returned?step=closed", "/figures/returned?cause=learning", "/figures/junior_retention"]);
  await leads.window.close();
});

test("a township has its own; a member unit what was frozen; others nothing", async () => {
  let { window, page, watch } = await as("township", { fresh: true, width: 390 });
  await page.goto("/figures/in_school");
  assert.match(await page.locator("main").innerText(), /南涧镇人民政府：分子/);
  assert.equal(await page.getByRole("heading", { name: /分乡镇/ }).count(), 0);
  await faultless(page, watch, ["/figures", "/figures/in_school"]);
  await window.close();
  ({ window, page, watch } = await as("police", { fresh: true, width: 1440 }));
  await page.goto("/figures");
  assert.match(await page.locator("main").innerText(), /月报 2026-11/);
  await faultless(page, watch, ["/figures", "/figures/in_school"]);
  await page.goto("/figures/in_school");
  assert.equal(await page.locator("main a[href^='/children/']").count(), 0);
  watch.expect(404);
  assert.equal((await page.goto("/leader")).status(), 404);
  watch.take();
  await window.close();
  for (const role of ["teacher", "village", "auditor"]) {
    const one = await as(role, { fresh: true, width: 390 });
    one.watch.expect(404);
    assert.equal((await one.page.goto("/figures")).status(), 404);
    one.watch.take();
    await one.window.close();
  }
});
