// Another child (issue 5, "Done when"): persuaded and helped in vain, ordered to correct, no penalty for want of a basis, sued, enforced, back, placed,
// shown by the register, sliding, gone again: a linked new case (五(三)(十)(十一); domain 0.1, 7.3; hazards B04, B08, B12). It takes ten
// weeks, so it has a county of its own that is served on one day after the other.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { close, confirm, faultless, HOME, open, PASSWORD } from "../scene.mjs";
import { newWindow, Watch } from "../browser.mjs";
import { fillIn } from "../sign-in.mjs";
import { start } from "../server.mjs";

const home = mkdtempSync(path.join(HOME, "court-"));
let server;

after(async () => {
  await close();
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

let child = "";
let klass = "";
let school = "";
let at = "";
let order = "";
let complaint = "";
let again = "";

/** The same county, served on another day; what a night would have done since is done when it starts. */
async function on(day) {
  await server?.stop();
  server = await start({ home, password: PASSWORD, children: 600, today: day });
}

/** Somebody signed in, in a window of that width. */
async function as(username, width = 1440) {
  const window = await newWindow(await open(), { url: server.url, width });
  const page = await window.newPage();
  const watch = await Watch.over(page);
  await fillIn(page, username, PASSWORD);
  return { window, page, watch };
}

const said = (page) => page.locator("main").innerText();

/** Whose turn it is, as the page has it. */
const next = (page) => page.locator("section.next").innerText();

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

/** The page of the case, as soon as the night's work has come so far. */
async function reached(page, words) {
  for (let tries = 0; tries < 60; tries += 1) {
    await page.goto(at, { waitUntil: "networkidle" });
    if (words.test(await said(page))) return;
  }
  assert.fail(`${words} does not come: ${await next(page)}`);
}

/** What stands in the table of terms behind this act. */
async function term(page, what) {
  const row = page.locator("table.t tr", { hasText: what }).first();
  return (await row.innerText()).replaceAll(/\s+/g, " ");
}

/** Calls the class on a day: everybody there, or the child away without reason. Each part of the day; nothing on a day without lessons. */
async function call(page, day, { away = false } = {}) {
  await page.goto(`/register/${klass}?day=${day}`);
  const tabs = await page.locator("nav[aria-label='一天的各个时段'] a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  const parts = tabs.filter((href) => !/part=evening/.test(href));
  let called = 0;
  for (const part of parts.length ? parts : [`/register/${klass}?day=${day}`]) {
    await page.goto(part);
    if (!(await page.getByRole("button", { name: "提交点名" }).count())) continue;
    if (away) {
      const line = page.locator(`[data-pupil="${child}"]`);
      await line.locator(".state-now").click();
      await line.getByRole("button", { name: "旷课", exact: true }).click();
      await line.getByRole("button", { name: "联系不上", exact: true }).click();
    }
    await page.getByRole("button", { name: "提交点名" }).click();
    await page.waitForURL(/sent=/);
    called += 1;
  }
  return called;
}

/** The words of a downloaded PDF; without poppler only that it is one. */
async function pdf(page, name, parts) {
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  const bytes = readFileSync(await file.path());
  assert.equal(bytes.subarray(0, 5).toString(), "%PDF-");
  const kept = path.join(home, "one.pdf");
  writeFileSync(kept, bytes);
  const run = spawnSync("pdftotext", ["-layout", kept, "-"]);
  if (run.error?.code === "ENOENT") return;
  const text = run.stdout.toString().replaceAll(/\s/g, "");
  for (const part of parts) assert.ok(text.includes(part), part);
}

/** A pupil of the teacher's class whom the township must persuade, with a case opened by hand. */
async function opened() {
  const teacher = await as("teacher", 390);
  await teacher.page.goto("/register");
  await teacher.page.waitForURL(/\/register\/[^/?]+$/);
  klass = new URL(teacher.page.url()).pathname.split("/").pop();
  const pupils = await teacher.page.locator("[data-pupil]").evaluateAll((all) => all.map((one) => one.dataset.pupil));
  await teacher.window.close();
  const { window, page } = await as("township", 390);
  const unit = (await page.locator("header").first().innerText()).trim().split(/\s/)[0];
  for (const one of pupils) {
    const answer = await page.goto(`/children/${one}`);
    if (answer.status() !== 200 || !(await page.getByRole("link", { name: "立案" }).count())) continue;
    await page.goto(`/children/${one}/case`);
    if (new URL(page.url()).pathname !== `/children/${one}/case`) continue;
    await page.locator('textarea[name="words"]').fill("村民小组长说，孩子过完年就没有去上学");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "立案" }).click()]);
    if (!/\/cases\/[0-9a-f-]{36}$/.test(page.url()) || !(await said(page)).includes(`按规则：${unit}`)) continue;
    child = one;
    at = new URL(page.url()).pathname;
    break;
  }
  await window.close();
  assert.ok(at, "a case was opened by hand");
}

test("9 March: visited, helped, ordered; each term is said with its first and last day", async () => {
  await on("2026-03-09");
  await opened();
  const desk = await as("bureau");
  await desk.page.goto(at);
  await send(desk.page, "do-confirm", { words: "电话核实，祖母说孩子在家放羊" });
  await send(desk.page, "do-dispatch");
  await desk.window.close();
  const { window, page, watch } = await as("township");
  await page.goto(at);
  await send(page, "do-receive");
  await send(page, "do-visit", { flag: true, words: "见到父亲和孩子，父亲说读书没有用，不送" });
  await page.goto(`${at}/papers/persuasion_record`);
  await send(page, "do-paper", {
    on: "2026-03-09", place: "家里", persuaders: "普某某、李某某", present: "父亲、孩子、村民小组长", parents: "读书没有用，家里要人放羊",
    child_said: "听爸爸的", cause: "家长不送", agreed: "讲了义务教育法和资助政策，家长没有答应", translation: "彝语，村民小组长翻译",
  });
  await page.goto(at);
  await send(page, "do-help", { code: "money", words: "答应给寄宿生补助和羊群代管，家长仍不送" });
  await page.goto(`${at}/papers/order_to_correct`);
  await send(page, "do-paper", { until: "2026-03-13", officers: "普某某（53001）、李某某（53002）" });
  order = new URL(page.url()).pathname;
  await send(page, "do-stamp");
  await send(page, "do-serve", { mode: "in_person", on: "2026-03-09", servers: "普某某、李某某", place: "家里", signed: "父亲本人" });
  await page.goto(`${at}/papers`);
  await page.locator("details", { has: page.locator("form#do-scan") }).locator("summary").click();
  await page.locator("input[data-scan]").setInputFiles({
    name: "IMG_0001.jpg", mimeType: "image/jpeg", buffer: readFileSync(path.join(import.meta.dirname, "../../crates/documents/tests/it/scan.jpg")),
  });
  // The page draws it anew and small before it travels.
  await page.waitForFunction(() => document.querySelector("input[data-scan]").files[0].name === "scan.jpg");
  await send(page, "do-scan", { title: "送达回证（签字件）", paper: { index: 1 } });
  assert.match(await said(page), /送达回证（签字件）[\s\S]*送达〔2026〕\d+号[\s\S]*KB/);
  await page.goto(order);
  // 六十日，六个月，再三个月: 8 May is a Friday, 9 September a Wednesday, 9 December a Wednesday.
  assert.match(await term(page, "申请行政复议"), /2026年5月8日 60日 行政复议法第二十条/);
  assert.match(await term(page, "提起行政诉讼"), /2026年9月9日 6个月 行政诉讼法第四十六条/);
  assert.match(await term(page, "申请法院强制执行"), /2026年9月10日 2026年12月9日/);
  await faultless(page, watch, [order, `${at}/papers`, at]);
  await page.goto(at);
  assert.match(await next(page), /责令期限到了，看孩子到校没有，定下一步[\s\S]*2026年3月13日/);
  assert.match(await page.locator("ol.steps").innerText(), /责令改正[\s\S]*03-09，限03-13/);
  watch.expect(409);
  await send(page, "do-step", { code: "court", until: "", words: "向法院起诉监护人" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /还没有行政处罚[\s\S]*五\(三\)/, "a step is not jumped over in silence");
  await window.close();
});

test("9 March: a child that belongs to another county: letters under seal, and an answer that is waited for", async () => {
  const { window, page, watch } = await as("bureau");
  await page.goto("/children?group=migrant");
  let away = "";
  for (const file of await page.locator("main a[href^='/children/'][data-row]").evaluateAll((all) => all.map((one) => one.getAttribute("href")))) {
    await page.goto(file);
    if (!(await page.getByRole("link", { name: "立案" }).count())) continue;
    await page.goto(`${file}/case`);
    if (new URL(page.url()).pathname !== `${file}/case`) continue;
    await page.locator('textarea[name="words"]').fill("邻居说全家回老家了，没有办转学");
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "立案" }).click()]);
    if (!/\/cases\/[0-9a-f-]{36}$/.test(page.url())) continue;
    await send(page, "do-confirm", { words: "电话核实，已经不在本县" });
    if (!(await page.getByRole("link", { name: "协查函", exact: true }).count())) continue;
    away = new URL(page.url()).pathname;
    break;
  }
  assert.ok(away, "a child with 户籍 elsewhere");
  await faultless(page, watch, [away, `${away}/papers/assist_letter`, `${away}/papers/transfer_letter`]);
  await page.goto(`${away}/papers/assist_letter`);
  const fields = { to_organ: "某省某县教育体育局", place: "某县某镇，外祖父家", contact: "县教体局 字某某，0872-0000000" };
  watch.expect(422);
  await send(page, "do-paper", { ...fields, until: "2026-03-09" });
  watch.take();
  assert.match(await said(page), /“请在哪天以前复函”应在文书日期以后/);
  await send(page, "do-paper", { until: "2026-03-23" });
  assert.match(await said(page), /协查函[\s\S]*协查〔2026〕1号[\s\S]*待盖章/);
  await send(page, "do-stamp");
  await faultless(page, watch, [new URL(page.url()).pathname]);
  await page.goto(`${away}/papers`);
  assert.match(await term(page, "对方复函"), /2026年3月23日 函里写明的日期/);
  await send(page, "do-track", { kind: "replied", on: "2026-03-09", words: "某县教育体育局复函：已在当地小学就读" });
  assert.equal(await page.locator("table.t tr", { hasText: "对方复函" }).count(), 0, "what was answered is not waited for");
  await window.close();
});

test("17 March: the term has run out; the penalty is shut without a basis, left out with a reason, and the township sues", async () => {
  await on("2026-03-17");
  const { window, page, watch } = await as("township");
  await page.goto(at);
  assert.match(await next(page), /责令期限到了，看孩子到校没有，定下一步[\s\S]*超期/);
  await send(page, "do-visit", { flag: true, words: "期限已过，孩子仍在家，父亲说不送" });
  await page.goto(`${at}/papers/penalty_decision`);
  assert.match(await said(page), /没有登记处罚依据[\s\S]*行政处罚法第三十八条[\s\S]*起诉/);
  assert.equal(await page.locator("form#do-paper").count(), 0, "the gate is shut");
  const desk = await as("bureau");
  await desk.page.goto("/penalty");
  desk.watch.expect(409);
  await send(desk.page, "do-ground", { norm: "document", article: "南政办发〔2024〕6号五(三)", organ: "county" });
  desk.watch.take();
  assert.match(await desk.page.locator(".notice.late").innerText(), /不得设定行政处罚[\s\S]*第十六条/, "a work plan creates no penalty");
  await desk.window.close();
  watch.expect(409);
  await page.goto(at);
  await send(page, "do-step", { code: "penalty", until: "", words: "想罚款一千元" });
  watch.take();
  assert.match(await page.locator(".notice.late").innerText(), /没有登记处罚依据/);
  await page.goto(at);
  await send(page, "do-skip", { code: "penalty", words: "没有登记处罚依据，直接起诉" });
  assert.match(await page.locator("ol.steps").innerText(), /行政处罚[\s\S]*已写明理由跳过/);
  await page.goto(`${at}/papers/complaint`);
  assert.match(await page.locator('[name="facts"]').inputValue(), /已入户劝返2次，见到家长或孩子2次[\s\S]*2026年3月9日已责令改正，期限到2026年3月13日/);
  assert.match(await page.locator('[name="evidence"]').inputValue(), /责令送被监护人接受义务教育通知书（.+责改〔2026〕\d+号）[\s\S]*送达回证/);
  await send(page, "do-paper", { head: "李某某，镇长", contact: "镇人民政府，0872-0000000", copies: "一份" });
  complaint = new URL(page.url()).pathname;
  assert.match(await term(page, "法院决定立案"), /2026年3月24日 7日 民事诉讼法第一百二十六条/);
  await send(page, "do-stamp");
  await faultless(page, watch, [complaint, `${at}/papers`]);
  await page.goto(complaint);
  await page.getByRole("link", { name: "下载PDF" }).click();
  await page.waitForURL(/\/account\/confirm/);
  await confirm(page);
  await page.goto(complaint);
  await pdf(page, "下载PDF", ["民事起诉状", "监护人责任纠纷", "送被监护人到校接受义务教育", "此致", "人民法院", "责改〔2026〕"]);
  await page.goto(at);
  assert.match(await page.locator("ol.steps").innerText(), /03-17/, "the complaint has taken the last step");
  await window.close();
});

test("7 April: filed, heard, mediated in vain, decided; the terms of the court run", async () => {
  await on("2026-04-07");
  const { window, page, watch } = await as("township", 390);
  const track = async (kind, day, words) => {
    await page.goto(`${at}/papers`);
    await send(page, "do-track", { kind, on: day, words });
  };
  await page.goto(`${at}/papers`);
  watch.expect(422);
  await send(page, "do-track", { kind: "filed", on: "2026-03-01", words: "（2026）甲0001民初1号，立案" });
  watch.take();
  assert.match(await said(page), /立案以后、今天以前/, "nothing is entered before the case (B12)");
  await track("filed", "2026-03-20", "（2026）甲0001民初1号，监护人责任纠纷，立案");
  await track("trial", "2026-04-02", "巡回审理，彝语翻译到庭，不公开孩子姓名");
  await track("mediation", "2026-04-02", "当庭调解，被告不同意");
  await track("judgment", "2026-04-07", "判令被告十五日内送被监护人到校");
  // 3 months from a Friday, to a Saturday that is the holiday of 端午, which lasts until the 21st.
  assert.match(await term(page, "简易程序审结"), /2026年6月22日 3个月/);
  assert.match(await term(page, "对判决上诉"), /2026年4月22日 15日 民事诉讼法第一百七十一条/);
  for (const width of [390, 1440]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, [`${at}/papers`, at]);
  }
  await page.goto(at);
  assert.match(await next(page), /再次劝返并记录/, "a suit ends no duty to go there");
  await window.close();
});

test("23 April: enforced, back, placed with the school that takes it", async () => {
  await on("2026-04-23");
  const { window, page } = await as("township", 390);
  for (const [kind, words] of [["enforced", "法院执行，父亲当场具结"], ["fulfilled", "父亲送孩子到校"]]) {
    await page.goto(`${at}/papers`);
    await send(page, "do-track", { kind, on: "2026-04-23", words });
  }
  await page.goto(at);
  assert.match(await said(page), /四步法/);
  const choice = page.locator('form#do-return [name="unit"]');
  school = await choice.locator("option").nth(1).getAttribute("value");
  assert.ok(school, "a school to return to");
  await send(page, "do-return", { unit: school, on: "2026-04-23" });
  assert.match(await next(page), /轮到：县教体局[\s\S]*安置（一人一方案）/);
  await window.close();
  const desk = await as("bureau");
  await desk.page.goto(at);
  await send(desk.page, "do-place", { code: "regular_class", unit: school, on: "2026-04-23", words: "回原班，住校，班主任每周谈心，数学补课" });
  assert.match(await next(desk.page), /每天点名，证实返校/);
  await faultless(desk.page, desk.watch, [at]);
  await desk.window.close();
  const teacher = await as("teacher", 390);
  assert.ok(await call(teacher.page, "2026-04-23"), "the first day is called");
  await teacher.window.close();
});

test("30 April and 11 May: ten school days in the register prove it, and nobody's word", async () => {
  await on("2026-04-30");
  const first = await as("teacher", 390);
  for (const day of ["2026-04-24", "2026-04-27", "2026-04-28", "2026-04-29", "2026-04-30"]) assert.ok(await call(first.page, day), day);
  await first.window.close();
  const township = await as("township", 390);
  await township.page.goto(at);
  assert.match(await said(township.page), /连着到校 6 天，满 10 天算证实返校/);
  assert.equal(await township.page.locator("form#do-close-stayed").count(), 0, "who was told that it is back cannot close it");
  await township.window.close();
  await on("2026-05-11");
  const second = await as("teacher", 390);
  let days = 0;
  // 9 May is a Saturday that is worked instead of a day of the holiday.
  for (const day of ["2026-05-06", "2026-05-07", "2026-05-08", "2026-05-09", "2026-05-11"]) days += await call(second.page, day) ? 1 : 0;
  assert.ok(days >= 4, `${days} days`);
  await second.window.close();
});

test("14 May: under watch, and sliding: said before the third day", async () => {
  await on("2026-05-14");
  const desk = await as("bureau");
  await reached(desk.page, /每天点名，跟踪出勤/);
  assert.match(await next(desk.page), /每天点名，跟踪出勤[\s\S]*2026年5月23日/, "the first look is thirty days after the first of the ten");
  const head = await as("head", 390);
  await head.page.goto(at);
  await head.page.getByRole("link", { name: "出具复学证明" }).click();
  await head.page.waitForURL(/\/return-proof$/);
  assert.match(await head.page.locator('[name="now"]').inputValue(), /2026年4月23日以来应到\d+天，到校1[01]天/, "the register says it");
  await faultless(head.page, head.watch, [`${at}/return-proof`]);
  await head.page.goto(`${at}/return-proof`);
  await send(head.page, "do-paper", { teacher: "普老师" });
  assert.match(await said(head.page), /复学证明[\s\S]*复学〔2026〕1号[\s\S]*待盖章/);
  await send(head.page, "do-stamp");
  assert.match(await said(head.page), /已盖章/);
  await faultless(head.page, head.watch, [new URL(head.page.url()).pathname]);
  await head.window.close();
  const teacher = await as("teacher", 390);
  for (const day of ["2026-05-12", "2026-05-13"]) await call(teacher.page, day, { away: true });
  await desk.page.goto(at);
  assert.match(await said(desk.page), /出勤在下滑[\s\S]*最近缺课 2 天，满3天即转为再次辍学/);
  await faultless(desk.page, desk.watch, [at]);
  await desk.window.close();
  await call(teacher.page, "2026-05-14", { away: true });
  assert.match(await said(teacher.page), /缺课第 3 天/);
  await teacher.window.close();
});

test("15 May: gone again. The case ends unsolved, a new one is linked, and the whole file is there for the next court", async () => {
  await on("2026-05-15");
  const desk = await as("bureau");
  const { page, watch } = desk;
  await reached(page, /再次辍学，已转新案/);
  assert.match(await next(page), /没有要办的事/);
  const others = page.locator(`main a[href^="/cases/"]`, { hasText: "立案" });
  again = await others.first().getAttribute("href");
  assert.notEqual(again, at);
  await faultless(page, watch, [at, again]);
  await page.goto(again);
  assert.match(await next(page), /轮到：县教体局[\s\S]*核实是不是真的没有上学/);
  assert.match(await said(page), /返校后再次辍学[\s\S]*看上一件个案/);
  await page.getByRole("link", { name: "看上一件个案" }).click();
  await page.waitForURL((url) => url.pathname === at);
  await page.goto(`${at}/papers`);
  assert.equal(await page.locator("form#do-track").count(), 0, "nothing is added to what has ended");
  await page.getByRole("link", { name: "下载卷宗PDF" }).click();
  await page.waitForURL(/\/account\/confirm/);
  await confirm(page);
  await page.goto(`${at}/papers`);
  await pdf(page, "下载卷宗PDF", [
    "卷内目录", "个案办理经过", "宣传教育（劝返）记录", "彝语，村民小组长翻译", "责令送被监护人接受义务教育通知书", "送达回证", "送达回证（签字件）", "民事起诉状", "复学证明", "法院民事立案",
    "当庭调解", "判决送达", "强制执行", "再次辍学",
  ]);
  await desk.window.close();
  const township = await as("township", 390);
  await township.page.goto(again);
  await faultless(township.page, township.watch, [again]);
  await township.window.close();
});
