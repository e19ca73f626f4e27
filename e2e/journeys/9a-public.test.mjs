// The public (issue 6, item 8; 四(二十)(二十一)): somebody tells on a phone that a child is not in school and reads the answer by the receipt code;
// 教体局 sorts it and hands it on; a family answers by its code, and the township sees it. Hazards F01, F02, F05, F07, F10.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, nobody, remember } from "../scene.mjs";

after(close);

const send = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"]`).getByRole("button", { name: button, exact: true }).first().click()]);

const TEXT = "下坝那边有个女孩好几个星期没有去学校，天天背着弟弟在集市卖菜。";
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
let receipt = "";
let tip = "";
let address = "";
let codes = "";

test("somebody without an account tells on a phone", async () => {
  const { window, page, watch } = await nobody({ width: 390 });
  await faultless(page, watch, ["/public", "/tip", "/help", "/receipt", "/f"]);
  await page.goto("/tip");
  await page.getByLabel("孩子没有上学").check();
  await page.getByLabel("孩子的家里人").check();
  await page.locator('textarea[name="text"]').fill("卖菜");
  watch.expect(422);
  await send(page, "/tip", "提交");
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /6到2000个字/);
  assert.ok(await page.getByLabel("孩子没有上学").isChecked(), "what was chosen stays");
  await page.locator('textarea[name="text"]').fill(TEXT);
  await page.locator('input[name="place"]').fill("下坝");
  await page.locator('input[name="name"]').fill("赶集的人");
  // A photograph is made small here; what is sent is drawn anew (E08).
  await page.locator("#photos").setInputFiles({ name: "a.png", mimeType: "image/png", buffer: PICTURE });
  await page.locator("[data-photos-say]", { hasText: "已附1张" }).waitFor();
  await send(page, "/tip", "提交");
  receipt = (await page.locator("main .num b").innerText()).trim();
  assert.match(receipt, /^([0-9A-Z]{5}-){5}[0-9A-Z]$/);
  assert.ok(!page.url().includes(receipt), "the code stands in no address");
  await window.close();
});

test("教体局 sorts it and hands it on, without seeing who wrote", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true, width: 1440 });
  await faultless(page, watch, ["/tips", "/tips?show=held", "/tips?show=working", "/tips?show=ended"]);
  await page.goto("/tips");
  const row = page.locator("main tr", { hasText: "下坝" });
  await row.locator("a[data-row]").click();
  await page.waitForURL(/\/tips\/[0-9a-f-]{36}$/);
  tip = new URL(page.url()).pathname;
  assert.ok(!(await page.locator("main").innerText()).includes("赶集的人"));
  // A look at a picture is on the record: none is fetched before somebody opens them.
  await faultless(page, watch, [tip]);
  await page.locator("main summary", { hasText: "1张，点开看" }).click();
  await page.waitForFunction(() => document.querySelector("main dd img").naturalWidth > 0);
  const picture = await window.request.get(`${tip}/photos/1`);
  assert.equal(picture.status(), 200);
  assert.equal((await picture.body()).subarray(0, 2).toString("hex"), "ffd8");
  await page.goto(tip);
  await send(page, "/sort", "受理");
  await page.locator('select[name="unit"]').selectOption({ label: "南涧镇人民政府" });
  await send(page, "/sort", "交办");
  assert.match(await page.locator("main").innerText(), /正在办理[\s\S]*等报回/);
  await window.close();

  const town = await as("township", { fresh: true, width: 390 });
  await town.page.goto(tip);
  assert.match(await town.page.locator("main").innerText(), /报回核实情况/);
  await faultless(town.page, town.watch, [tip, "/tips?show=working"]);
  await town.page.goto(tip);
  await town.page.locator('textarea[name="words"]').fill("集市上找到，已联系孩子的学校");
  await send(town.page, "/report", "报回");
  await town.window.close();

  const desk = await as("bureau", { fresh: true, width: 390 });
  await desk.page.goto(tip);
  await desk.page.locator("summary", { hasText: "答复办结" }).click();
  await desk.page.getByLabel("反映的情况属实，已经处理").check();
  await desk.page.locator('textarea[name="answer"]').fill("已经找到孩子，正在帮助她返校，谢谢您。");
  await send(desk.page, "/sort", "答复办结");
  assert.match(await desk.page.locator("main").innerText(), /已办结/);
  await faultless(desk.page, desk.watch, [tip]);
  await desk.window.close();
});

test("whoever told reads the answer by the code, and a wrong code tells nothing", async () => {
  const { window, page } = await nobody({ width: 390 });
  await page.goto("/receipt");
  await page.locator('input[name="code"]').fill("AAAAA");
  await send(page, "/receipt", "查办理情况");
  assert.match(await page.locator("main").innerText(), /没有这个查询码/);
  await page.locator('input[name="code"]').fill(receipt.toLowerCase());
  await send(page, "/receipt", "查办理情况");
  assert.match(await page.locator("main").innerText(), /已经办结[\s\S]*办理单位[\s\S]*正在帮助她返校/);
  await window.close();
});

test("a family answers by its code, and the township sees it", async () => {
  const town = await as("township", { fresh: true, width: 1440 });
  await town.page.goto("/cases");
  await town.page.locator("main a[href^='/cases/']").first().click();
  assert.ok(await town.page.locator("main a[href$='/family']").count(), "the code is given from the case, too");
  codes = await town.page.locator("main a[href$='/family']").first().getAttribute("href");
  await town.page.goto(codes);
  await remember(town.page);
  await faultless(town.page, town.watch, [codes]);
  await town.page.goto(codes);
  await town.page.getByLabel("请让孩子回到学校").check();
  await send(town.page, "/family", "给查看码");
  address = (await town.page.locator("main small.num, main .small .num").first().innerText()).trim();
  assert.match(address, /\/f\/[0-9A-Z]{26}$/);
  await town.window.close();

  const { window, page, watch } = await nobody({ width: 390 });
  const path = new URL(address).pathname;
  await faultless(page, watch, [path]);
  await page.goto(path);
  assert.match(await page.locator("main").innerText(), /某某，\d{4}年生[\s\S]*义务教育法第五十八条/);
  await page.getByLabel("我们有困难，需要帮助").check();
  await page.locator('textarea[name="words"]').fill("路太远，想住校");
  await send(page, path, "回复");
  assert.match(await page.locator("main").innerText(), /已经收到您的回复/);
  await page.goto("/f");
  await page.locator('input[name="code"]').fill("AAAAA");
  watch.expect(404);
  await send(page, "/f", "打开来信");
  watch.take();
  assert.match(await page.locator("main").innerText(), /这个查看码不能用/);
  await window.close();

  const again = await as("township", { fresh: true, width: 390 });
  await again.page.goto(codes);
  const line = again.page.locator("li", { hasText: "路太远，想住校" });
  await line.locator("input[name=words]").fill("已联系学校安排住校");
  await Promise.all([again.page.waitForNavigation(), line.getByRole("button", { name: "已处理" }).click()]);
  assert.match(await again.page.locator("main").innerText(), /已联系学校安排住校/);
  await faultless(again.page, again.watch, [codes]);
  await again.window.close();
});
