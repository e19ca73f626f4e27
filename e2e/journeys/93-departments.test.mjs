// 部门协助 (issue 5, item 6; 四(五)–(十八)): 教体局 asks the police where a child is; the police see it until they answer, in two clicks;
// 民宗 is asked apart and nobody else learns of it (hazards A10, A11); a unit sends back what is not its affair.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
const send = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"]`).getByRole("button", { name: button }).click()]);

let child = "";
let asked = "";
let apart = "";

/** Asks for a child; the address of the request. */
async function ask(page, kind, words) {
  await page.goto(`${child}/request`);
  await remember(page);
  await page.locator('select[name="kind"]').selectOption(kind);
  await page.locator('textarea[name="words"]').fill(words);
  await send(page, "/request", "转请协助");
  assert.match(page.url(), /\/requests\/[0-9a-f-]{36}$/);
  return new URL(page.url()).pathname;
}

test("教体局 asks two units for a child with a case", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true, width: 1440 });
  await page.goto("/cases");
  const [first] = await links(page, "/cases/");
  await page.goto(first);
  await remember(page);
  child = (await links(page, "/children/")).find((href) => /^\/children\/[0-9a-f-]{36}$/.test(href));
  await page.goto(`${child}/request`);
  await faultless(page, watch, [`${child}/request`]);
  await page.goto(`${child}/request`);
  watch.expect(422);
  await page.locator('select[name="kind"]').selectOption("market");
  await page.locator('textarea[name="words"]').fill("查");
  await send(page, "/request", "转请协助");
  watch.take();
  assert.match(await page.locator("main").innerText(), /2到1000个字/);
  assert.equal(await page.locator('textarea[name="words"]').inputValue(), "查", "what was typed stays");

  asked = await ask(page, "market", "有人看见孩子在街上小卖部帮工，请去看看");
  assert.match(await page.locator("main").innerText(), /待答复[\s\S]*以前答复/);
  apart = await ask(page, "religion", "村民说孩子常在场所里，请核查是不是因此没有上学");
  await faultless(page, watch, [asked, apart, "/requests", "/requests?show=late", "/requests?show=ended"]);
  await page.goto(first);
  assert.match(await page.locator("main").innerText(), /部门协助[\s\S]*县民宗局[\s\S]*县市管局/);
  await window.close();
});

test("a unit answers on the phone, and then sees the child no longer", async () => {
  const { window, page, watch } = await as("market", { fresh: true, width: 390 });
  await page.goto("/requests");
  assert.match(await page.locator("main").innerText(), /县市管局[\s\S]*四\(十三\)/);
  assert.ok((await links(page, "/requests/")).includes(asked));
  assert.ok(!(await links(page, "/requests/")).includes(apart));
  await page.goto(asked);
  await remember(page);
  await faultless(page, watch, ["/requests", asked, child]);
  watch.expect(404);
  assert.equal((await page.goto(apart)).status(), 404, "what is asked of another unit is not there");
  watch.take();

  await page.goto(asked);
  watch.expect(409);
  await page.getByLabel("已查处").check();
  await send(page, "/answer", "答复");
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /还要写明单位和处理结果/);
  assert.ok(await page.getByLabel("已查处").isChecked(), "what was chosen stays");
  await page.locator('textarea[name="words"]').fill("某小卖部，已责令孩子离开并送回家");
  await send(page, "/answer", "答复");
  assert.match(await page.locator("main").innerText(), /已答复[\s\S]*已查处/);
  watch.expect(404);
  assert.equal((await page.goto(child)).status(), 404, "the sight of the child ended with the answer");
  watch.take();
  await page.goto("/requests?show=ended");
  assert.match(await page.locator("main").innerText(), /〔\d+〕\d+号/);
  await faultless(page, watch, ["/requests?show=ended", asked]);
  await window.close();
});

test("民宗 sends back what it was asked apart; 专班 counts without names", async () => {
  const unit = await as("religion", { fresh: true, width: 1440 });
  await unit.page.goto(apart);
  await remember(unit.page);
  await faultless(unit.page, unit.watch, [apart]);
  await unit.page.goto(apart);
  await unit.page.locator("summary", { hasText: "退回" }).click();
  await unit.page.locator('textarea[name="why"]').fill("不在宗教活动场所，请村委会核实去向");
  await send(unit.page, "/back", "退回");
  assert.match(await unit.page.locator("main").innerText(), /已退回/);
  await unit.window.close();

  const board = await as("director", { fresh: true, width: 1440 });
  await board.page.goto("/requests/units");
  const text = await board.page.locator("main").innerText();
  assert.match(text, /县市管局/);
  assert.match(text, /县民宗局\s+少于5/);
  await faultless(board.page, board.watch, ["/requests/units"]);
  await board.page.goto("/requests?show=ended");
  assert.ok(!(await links(board.page, "/requests/")).includes(apart), "nobody else learns of it");
  board.watch.expect(404);
  assert.equal((await board.page.goto(apart)).status(), 404);
  board.watch.take();
  await board.window.close();

  const desk = await as("bureau", { fresh: true, width: 390 });
  await desk.page.goto(apart);
  assert.match(await desk.page.locator("main").innerText(), /已退回[\s\S]*村委会核实去向/);
  await faultless(desk.page, desk.watch, [asked, apart, "/requests/units"]);
  await desk.window.close();
});
