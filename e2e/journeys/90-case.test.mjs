// The case (issue 5): from the head's report on the third day through verification, order, receipt, visits, the four steps, return and
// placement to 销号 by a proven exemption; each role at the width that it works at, and at every moment one unit, one act,
// one deadline (五(九)(十)(十一); hazards B03, B04, H03). A window of attended days takes half a year: rules and casework show it.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
const heads = ["head", ...Array.from({ length: 40 }, (_, at) => `h${at + 1}`)];
const townships = ["township", ...Array.from({ length: 8 }, (_, at) => `x${at + 1}`)];

let path = "";
let school = "";
let town = "";

/** Says whose turn it is, as the page has it. */
const next = (page) => page.locator("section.next").innerText();

/** Fills in a form of the page and sends it; its fold is opened first where there is one. */
async function move(page, key, fields = {}) {
  const form = page.locator(`form#do-${key}`);
  const fold = page.locator("details:not([open])", { has: form });
  if (await fold.count()) await fold.locator("summary").click();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    if (name === "flag") await field.setChecked(value);
    else if (await field.evaluate((one) => one.tagName === "SELECT")) await field.selectOption(value);
    else await field.fill(value);
  }
  await Promise.all([page.waitForNavigation(), form.locator("button.btn").last().click()]);
}

/** A window of somebody; nothing where there is no such school in the county. */
async function somebody(name, look) {
  try {
    return await as(name, { fresh: true, ...look });
  } catch {
    return undefined;
  }
}

/** A report by the first head who has a suspect to verify, and the case that it opened; nothing where all are reported already. */
async function reported() {
  for (const name of heads) {
    const scene = await somebody(name, { width: 390 });
    if (!scene) return undefined;
    const { page } = scene;
    await page.goto("/suspects");
    for (const href of await links(page, "/children/")) {
      await page.goto(href);
      await remember(page);
      if (!(await page.getByRole("button", { name: "核证并上报" }).count())) continue;
      await page.locator('select[name="whereabouts"]').first().selectOption("home");
      await page.locator('select[name="cause"]').first().selectOption("learning");
      await page.locator('textarea[name="evidence"]').fill("班主任昨天家访，孩子在家，说跟不上，不想来");
      await page.getByRole("button", { name: "核证并上报" }).click();
      await page.locator("dialog[open]").getByRole("button", { name: "上报" }).click();
      await page.waitForURL(/\/reports\/[0-9a-f-]{36}$/);
      [path] = await links(page, "/cases/");
      return { name, ...scene };
    }
    await scene.window.close();
  }
  return undefined;
}

/** The case of a report that was made before, such as that of the journey of reports, with the head who sees it. */
async function earlier() {
  const desk = await as("bureau", { fresh: true, width: 390 });
  await desk.page.goto("/cases?show=mine");
  const waiting = [];
  for (const href of await links(desk.page, "/cases/")) {
    if (!/^\/cases\/[0-9a-f-]{36}$/.test(href)) continue;
    await desk.page.goto(href);
    if (/核实是不是真的没有上学/.test(await next(desk.page))) waiting.push(href);
  }
  await desk.window.close();
  for (const name of heads) {
    const scene = await somebody(name, { width: 390 });
    if (!scene) break;
    for (const href of waiting) {
      scene.watch.expect(404);
      const answer = await scene.page.goto(href);
      scene.watch.take();
      if (answer.status() !== 200) continue;
      path = href;
      return { name, ...scene };
    }
    await scene.window.close();
  }
  return assert.fail("no head has reported a child whose case is to be verified");
}

test("a head's report opens a case by itself", async () => {
  const { name, window, page, watch } = await reported() ?? await earlier();
  school = name;
  await page.goto(path);
  assert.match(await next(page), /轮到：县教体局[\s\S]*核实是不是真的没有上学[\s\S]*期限/);
  assert.equal(await page.locator("form#do-confirm").count(), 0, "who reports does not verify");
  await faultless(page, watch, ["/cases", path]);
  await window.close();
});

test("the county desk verifies and dispatches", async () => {
  const { window, page, watch } = await as("bureau", { fresh: true, width: 1440 });
  await page.goto("/cases?show=mine");
  assert.ok((await links(page, "/cases/")).includes(path), "it stands on the desk");
  await page.goto(path);
  await faultless(page, watch, ["/cases", "/cases?show=mine", "/cases?show=late", "/cases?show=ended", path]);
  await page.goto(path);
  watch.expect(409);
  await move(page, "confirm", { words: "是" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /没有写清怎么核实的/);
  await move(page, "confirm", { words: "电话核实，祖母说孩子在家" });
  assert.match(await next(page), /确定劝返主体，下发劝返指令/);
  assert.match(await page.locator("main").innerText(), /按规则[\s\S]*户籍/);
  await move(page, "dispatch");
  assert.match(await next(page), /轮到：(?!县教体局)[\s\S]*签收劝返指令/);
  assert.match(await page.locator("main").innerText(), /劝返指令〔2026〕\d+号[\s\S]*待签收/);
  await page.locator("summary", { hasText: "真伪" }).first().click();
  assert.match(await page.locator("main").innerText(), /校验码[\s\S]*签名 Ed25519 [0-9a-f]{8}/);
  const [check] = await links(page, "/check/");
  await page.goto(check);
  assert.match(await page.locator("main").innerText(), /有效的劝返指令[\s\S]*〔2026〕\d+号/);
  await page.locator("summary", { hasText: "签名" }).click();
  assert.match(await page.getByLabel("公钥").inputValue(), /BEGIN PUBLIC KEY/);
  assert.match(await page.getByLabel("文本").inputValue(), /^baoxue order 1\n/);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, [path, check]);
  }
  await window.close();
});

test("the township receives, visits and takes the steps", async () => {
  for (const name of townships) {
    const scene = await as(name, { fresh: true, width: 390 });
    scene.watch.expect(404);
    const answer = await scene.page.goto(path);
    scene.watch.take();
    if (answer.status() === 200 && (await scene.page.locator("form#do-receive").count())) town = name;
    await scene.window.close();
    if (town) break;
  }
  assert.ok(town, "a township has received it");
  const { window, page, watch } = await as(town, { fresh: true, width: 390 });
  await page.goto("/");
  assert.ok((await links(page, "/cases")).length, "the page of today says so");
  await page.goto(path);
  await move(page, "receive");
  assert.match(await next(page), /首次入户/);
  await move(page, "visit", { flag: false, words: "家里没人，问了邻居，明天再来" });
  assert.match(await next(page), /首次入户/, "a failed attempt is kept and is no visit");
  await move(page, "visit", { flag: true, words: "见到祖母和孩子，讲了义务教育法和资助" });
  assert.match(await next(page), /再次劝返并记录/);
  watch.expect(409);
  await move(page, "step", { code: "order", until: "2026-12-07", words: "送达责令限期改正通知书" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /还没有宣传教育[\s\S]*五\(三\)/);
  assert.equal(await page.locator("form#do-step textarea").inputValue(), "送达责令限期改正通知书", "what was typed is kept");
  await move(page, "step", { code: "persuade", until: "", words: "入户宣传，发了资助政策单" });
  await move(page, "help", { code: "tutoring", words: "商定周末补课，家长同意" });
  await move(page, "step", { code: "order", until: "2026-12-07", words: "送达责令限期改正通知书" });
  watch.expect(409);
  await move(page, "step", { code: "penalty", until: "", words: "拟作出处罚决定" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /没有登记处罚依据[\s\S]*行政处罚法第三十八条[\s\S]*起诉/);
  await faultless(page, watch, [path]);
  await move(page, "return", { unit: { index: 1 } });
  assert.match(await next(page), /轮到：县教体局[\s\S]*安置/);
  await window.close();
});

test("placed, and not there after all", async () => {
  const bureau = await as("bureau", { fresh: true, width: 390 });
  await bureau.page.goto(path);
  assert.match(await bureau.page.locator("form#do-place").innerText(), /建议[一二三四五六七八九]年级[\s\S]*离校/);
  await move(bureau.page, "place", { code: "home_teaching", unit: { index: 1 }, words: "身体还没有好，班主任每周送教两次" });
  assert.match(await next(bureau.page), /每天点名，证实返校/);
  assert.match(await bureau.page.locator("main").innerText(), /连着到校 0 天，满 10 天算证实返校/);
  await faultless(bureau.page, bureau.watch, [path]);
  await bureau.window.close();
  const { window, page, watch } = await as(school, { fresh: true, width: 1440 });
  await page.goto(path);
  const lessons = (await links(page, "/children/")).find((href) => href.endsWith("/lessons"));
  await page.goto(lessons);
  watch.expect(422);
  const write = () => Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "保存" }).click()]);
  await page.getByLabel("几点开始").fill("09:00");
  await page.getByLabel("教了多少分钟").fill("5");
  await page.getByLabel("教了什么").fill("识字两课，会写自己的名字");
  // Where there are scripts the lesson goes with its photograph, and what is wrong is said on the page that stands.
  await page.getByRole("button", { name: "保存" }).click();
  await page.waitForFunction(() => /教了多少分钟，20到300/.test(document.querySelector("main").innerText));
  watch.take();
  await page.getByLabel("教了多少分钟").fill("90");
  await write();
  assert.match(await page.locator("main").innerText(), /本周 90 分钟[\s\S]*没有家里人确认[\s\S]*09:00–10:30/);
  await page.goto("/lessons");
  assert.ok((await links(page, "/children/")).includes(lessons));
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, [path, "/lessons", lessons]);
  }
  await page.goto(path);
  await move(page, "not_back", { words: "第二天又没有来，家长说要转学" });
  assert.match(await next(page), /再次劝返并记录/);
  await window.close();
});

test("closed by two, with a proof", async () => {
  const asks = await as(town, { fresh: true, width: 1440 });
  await asks.page.goto(path);
  await move(asks.page, "close-exempt", { detail: "transferred", words: "外县学校出具就读证明，学籍已接" });
  assert.match(await next(asks.page), /轮到：县教体局[\s\S]*复核/);
  assert.equal(await asks.page.locator("form#do-agree").count(), 0, "who is scored does not agree");
  await asks.window.close();
  const { window, page, watch } = await as("bureau", { fresh: true, width: 1440 });
  await page.goto(path);
  await faultless(page, watch, [path]);
  await page.goto(path);
  await move(page, "agree");
  assert.match(await next(page), /已销号[\s\S]*没有要办的事/);
  assert.match(await page.locator("main").innerText(), /转到外地就读/);
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, [path, "/cases?show=ended"]);
  }
  await window.close();
});

test("by hand, from the child's file", async () => {
  const { window, page, watch } = await as("township", { fresh: true, width: 1440 });
  await page.goto("/children");
  for (const file of await links(page, "/children/")) {
    if (!/^\/children\/[0-9a-f-]{36}$/.test(file)) continue;
    await page.goto(file);
    if (!(await page.getByRole("link", { name: "立案" }).count())) continue;
    await page.getByRole("link", { name: "立案" }).click();
    await faultless(page, watch, [`${file}/case`]);
    await page.goto(`${file}/case`);
    await page.locator('textarea[name="words"]').fill("村民反映孩子半个月没有上学");
    await page.getByRole("button", { name: "立案" }).click();
    if (!/\/cases\/[0-9a-f-]{36}$/.test(page.url())) continue;
    assert.match(await next(page), /轮到：县教体局/);
    await window.close();
    return;
  }
  assert.fail("no child of the list can have a case");
});
