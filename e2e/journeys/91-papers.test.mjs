// The papers of the four steps (issue 5 item 4): 劝返记录, help, 责令改正 with its seal, a service that is refused and one that is lawful, the
// term that it starts, the penalty's gate, the check page behind the QR code and the 卷宗 (hazards B04, B10, B12; domain 0.1, 3).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { as, close, confirm, faultless, nobody } from "../scene.mjs";

after(close);

const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));

let at = "";
let order = "";
let code = "";
let digest = "";

/** Fills in a form of the page and sends it; its fold is opened first where there is one. */
async function send(page, id, fields = {}) {
  const form = page.locator(`form#${id}`);
  const fold = page.locator("details:not([open])", { has: form });
  if (await fold.count()) await fold.locator("summary").click();
  for (const [name, value] of Object.entries(fields)) {
    const field = form.locator(`[name="${name}"]`);
    if (typeof value === "boolean") await field.setChecked(value);
    else if (await field.evaluate((one) => one.tagName === "SELECT")) await field.selectOption(value);
    else await field.fill(value);
  }
  await Promise.all([page.waitForNavigation(), form.locator("button.btn").last().click()]);
}

const said = (page) => page.locator("main").innerText();

/** The unit for which the reader acts, as it stands over every page. */
const own = async (page) => (await page.locator("header").first().innerText()).trim().split(/\s/)[0];

/** A case by hand of a child of the township, brought as far as the family's door. */
async function persuading() {
  const { window, page } = await as("township", { fresh: true, width: 1440 });
  await page.goto("/children");
  for (const file of await links(page, "/children/")) {
    if (!/^\/children\/[0-9a-f-]{36}$/.test(file)) continue;
    await page.goto(file);
    if (!(await page.getByRole("link", { name: "立案" }).count())) continue;
    await page.goto(`${file}/case`);
    // Whoever has an open case is led to it.
    if (new URL(page.url()).pathname !== `${file}/case`) continue;
    await page.locator('textarea[name="words"]').fill("村民反映孩子半个月没有上学");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "立案" }).click()]);
    if (!/\/cases\/[0-9a-f-]{36}$/.test(page.url())) continue;
    // A child that only learns here is another township's to persuade.
    if (!(await said(page)).includes(`按规则：${await own(page)}`)) continue;
    at = new URL(page.url()).pathname;
    break;
  }
  assert.ok(at, "a case was opened by hand");
  await window.close();
  const desk = await as("bureau", { fresh: true, width: 1440 });
  await desk.page.goto(at);
  await send(desk.page, "do-confirm", { words: "电话核实，祖母说孩子在家" });
  await send(desk.page, "do-dispatch");
  await desk.window.close();
}

test("the record of persuading is made on a phone", async () => {
  await persuading();
  const { window, page, watch } = await as("township", { fresh: true, width: 390 });
  await page.goto(at);
  await send(page, "do-receive");
  await send(page, "do-visit", { flag: true, words: "见到祖母和孩子，讲了义务教育法和资助" });
  await page.getByRole("link", { name: "宣传教育（劝返）记录" }).click();
  const form = `${at}/papers/persuasion_record`;
  await page.waitForURL((url) => url.pathname === form);
  await faultless(page, watch, [`${at}/papers`, form, `${at}/papers/order_to_correct`]);
  await page.goto(`${at}/papers/order_to_correct`);
  assert.match(await said(page), /还没有宣传教育[\s\S]*五\(三\)/, "the page says why it is not its turn");
  await page.goto(form);
  const fields = {
    on: "2026-11-23", place: "南涧镇某村12号", present: "祖母、孩子、村委会副主任", parents: "家里缺人手，愿意送孩子回校",
    child_said: "想回学校，怕跟不上", cause: "跟不上，不想学", agreed: "周末补课，班主任接送一周", persuaders: "普某某",
  };
  watch.expect(422);
  await send(page, "do-paper", fields);
  watch.take();
  assert.match(await said(page), /“劝返人”至少写2人/);
  assert.equal(await page.locator('[name="place"]').inputValue(), fields.place, "what was typed is kept");
  await send(page, "do-paper", { persuaders: "普某某、李某某" });
  assert.match(await said(page), /宣传教育（劝返）记录[\s\S]*劝返〔2026〕\d+号/);
  await faultless(page, watch, [new URL(page.url()).pathname]);
  await page.goto(at);
  assert.match(await page.locator("ol.steps li").first().innerText(), /宣传教育/);
  assert.ok(await page.locator("ol.steps li.done").count(), "the record has taken the step");
  await window.close();
});

test("the order to correct: help first, the seal, and no service that is not lawful", async () => {
  const { window, page, watch } = await as("township", { fresh: true, width: 1440 });
  await page.goto(`${at}/papers/order_to_correct`);
  assert.match(await said(page), /还没有给过帮扶/);
  await page.goto(at);
  await send(page, "do-help", { code: "tutoring", words: "商定周末补课，家长同意" });
  await page.goto(`${at}/papers/order_to_correct`);
  assert.match(await page.locator('[name="facts"]').inputValue(), /立案|未到校/, "the facts of the case are there");
  await send(page, "do-paper", { until: "2026-12-04", officers: "普某某（53001）、李某某（53002）", send_to: "南涧镇中学" });
  order = new URL(page.url()).pathname;
  assert.match(order, /^\/papers\/[0-9a-f-]{36}$/);
  assert.match(await said(page), /待盖章/);
  await send(page, "do-stamp");
  assert.match(await said(page), /已盖章/);
  const service = { servers: "普某某、李某某", place: "南涧镇某村12号", on: "2026-11-23" };
  watch.expect(409);
  await send(page, "do-serve", { ...service, mode: "left", why_refused: "监护人不肯签字" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /留置送达没有见证人[\s\S]*民事诉讼法第八十九条/);
  watch.expect(409);
  await send(page, "do-serve", { mode: "public" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /没有写明用其他方式无法送达/);
  watch.expect(409);
  await send(page, "do-serve", { mode: "in_person", signed: "祖母本人", on: "2026-11-20" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /不能倒签/);
  await send(page, "do-serve", { mode: "left", on: "2026-11-23", signed: "", why_refused: "监护人不肯签字", witness: "某村村委会主任 普某某" });
  assert.match(await said(page), /留置送达[\s\S]*视为送达[\s\S]*期限[\s\S]*申请行政复议/);
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, [order, at, `${at}/papers`]);
  }
  await page.goto(at);
  assert.match(await page.locator("ol.steps").innerText(), /责令改正[\s\S]*11-23，限12-04/, "the service has taken the step");
  assert.match(await said(page), /文书的期限[\s\S]*最早可行日[\s\S]*最迟日/);
  await window.close();
});

test("the penalty says why it is shut, and opens to two people only", async () => {
  const { window, page, watch } = await as("township", { fresh: true, width: 390 });
  await page.goto(`${at}/papers/penalty_decision`);
  assert.match(await said(page), /没有登记处罚依据[\s\S]*行政处罚法第三十八条[\s\S]*起诉/);
  assert.equal(await page.locator("form#do-paper").count(), 0);
  await faultless(page, watch, [`${at}/papers/penalty_decision`, "/penalty"]);
  assert.equal(await page.locator("form#do-ground").count(), 0, "a township registers none");
  await window.close();
  const desk = await as("bureau", { fresh: true, width: 1440 });
  await desk.page.goto("/penalty");
  desk.watch.expect(409);
  await send(desk.page, "do-ground", { norm: "document", article: "某县控辍保学工作方案第五条", organ: "county" });
  desk.watch.take();
  assert.match(await desk.page.locator(".notice.late").innerText(), /不得设定行政处罚[\s\S]*第十六条/);
  await faultless(desk.page, desk.watch, ["/penalty"]);
  await desk.window.close();
});

test("the file as one PDF, and the paper in it", async () => {
  const { window, page, watch } = await as("township", { fresh: true, width: 1440 });
  await page.goto(`${at}/papers`);
  await send(page, "do-track", { kind: "mediation", on: "2026-11-23", words: "当庭调解，十日内送返" });
  await page.getByRole("link", { name: "下载卷宗PDF" }).click();
  await page.waitForURL(/\/account\/confirm/);
  await confirm(page);
  await page.goto(`${at}/papers`);
  const take = async (name) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    return readFileSync(await file.path());
  };
  const folder = mkdtempSync(path.join(tmpdir(), "papers-"));
  /** The words of a PDF; without poppler only that it is one (that each word is on its page, `documents` shows). */
  const words = (bytes, parts) => {
    assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
    const file = path.join(folder, "one.pdf");
    writeFileSync(file, bytes);
    const run = spawnSync("pdftotext", ["-layout", file, "-"]);
    if (run.error?.code === "ENOENT") return;
    const text = run.stdout.toString().replaceAll(/\s/g, "");
    for (const part of parts) assert.ok(text.includes(part), part);
  };
  words(await take("下载卷宗PDF"), ["卷内目录", "个案办理经过", "宣传教育（劝返）记录", "责令送被监护人接受义务教育通知书", "送达回证", "当庭调解", "监护人不肯签字"]);
  await page.goto(order);
  const pdf = await take("下载PDF");
  digest = createHash("sha256").update(pdf).digest("hex");
  words(pdf, ["责改〔2026〕", "2026年12月4日", "南涧镇中学", "陈述、申辩", "六十日", "六个月", "12348"]);
  await page.reload();
  [code] = await links(page, "/check/");
  assert.match(code, /^\/check\/[0-9a-f]{32}$/);
  watch.take();
  await window.close();
});

test("whoever holds the paper can check it", async () => {
  const { window, page, watch } = await nobody({ width: 390 });
  await page.goto(code);
  assert.match(await said(page), /登记过的文书[\s\S]*责改〔2026〕\d+号[\s\S]*盖章已登记/);
  await page.locator('input[name="digest"]').fill(digest);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "核对" }).click()]);
  assert.match(await said(page), /文件校验值登记过/);
  await page.locator('input[name="digest"]').fill(digest.replace(/^./, (sign) => (sign === "0" ? "1" : "0")));
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "核对" }).click()]);
  assert.match(await said(page), /没有登记过/);
  await faultless(page, watch, [code]);
  watch.expect(404);
  await page.goto(`/check/${"0".repeat(32)}`);
  watch.take();
  assert.match(await said(page), /没有登记过/);
  await window.close();
});
