// A school year by the calendar, from April to March, in a county of its own (issue 6): a pupil stays away, is looked for, comes back and is watched
// through two classes until the case is closed by its register; meanwhile the village is walked, notices are made, the year turns, and who is
// owed a report makes it. It jumps from day to day; each morning the nights between are caught up.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { close, faultless, HOME, open, PASSWORD } from "../scene.mjs";
import { newWindow, Watch } from "../browser.mjs";
import { start } from "../server.mjs";

/** A folder for the reports of the year, to look at them. */
const LOOK = process.env.BAOXUE_YEAR;

const home = mkdtempSync(path.join(HOME, "year-"));
let server;
let today = "";
const passwords = new Map();

after(async () => {
  await close();
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The same county on another day. */
async function on(day) {
  await server?.stop();
  today = day;
  server = await start({ home, password: PASSWORD, children: 600, today: day });
}

async function as(username, width = 1440) {
  const window = await newWindow(await open(), { url: server.url, width });
  const page = await window.newPage();
  const watch = await Watch.over(page);
  await page.goto("/sign-in");
  await page.locator('input[name="username"]').fill(username);
  await page.locator('input[name="password"]').fill(passwords.get(username) ?? PASSWORD);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "登录", exact: true }).click()]);
  if (new URL(page.url()).pathname === "/sign-in/password") {
    // After ninety days another one is asked for.
    const another = `${PASSWORD}-${passwords.size}-${today}`;
    await page.locator('input[name="password"]').fill(another);
    await page.locator('input[name="again"]').fill(another);
    await Promise.all([page.waitForNavigation(), page.locator("form").getByRole("button").last().click()]);
    passwords.set(username, another);
  }
  assert.doesNotMatch(page.url(), /sign-in/, `${username} is signed in on ${today}`);
  return { window, page, watch };
}

/** Whoever does not sign in for ninety days has no account any more: a look at the page of today. */
async function everybody() {
  for (const one of ["bureau", town, "director", "inspector"]) await (await as(one)).window.close();
}

const said = (page) => page.locator("main").innerText();
const next = (page) => page.locator("section.next").innerText();
const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));

/** Fills in a form of a case and sends it. */
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

/** Days of the school week up to a Friday, as far as they are given. */
function week(friday) {
  const last = Date.parse(`${friday}T00:00:00Z`);
  return [4, 3, 2, 1, 0].map((back) => new Date(last - back * 86_400_000).toISOString().slice(0, 10));
}

/** The teacher calls these days with everybody there; a day without lessons says so and is passed over. How many were called. */
async function called(days) {
  const { window, page } = await as("teacher", 390);
  let many = 0;
  for (const day of days) {
    await page.goto(`${classPath}?day=${day}`);
    const submit = page.getByRole("button", { name: "提交点名" });
    if (!(await submit.count())) continue;
    await Promise.all([page.waitForURL(/sent=/), submit.click()]);
    many += 1;
  }
  await window.close();
  return many;
}

let classPath = "";
let child = "";
let name = "";
let file = "";
let town = "";

/** Whoever owes a report (四个一) drafts and hands it in, another accepts it, and its three files are there; what was made is kept for looking at. */
async function reports() {
  const made = [];
  for (const [author, reviewer] of [["head", "bureau"], ["bureau", "director"]]) {
    const by = await as(author);
    for (let more = 0; more < 12; more++) {
      await by.page.goto("/regular");
      const draft = by.page.locator('form[action$="/regular"]').getByRole("button", { name: "起草" }).first();
      if (!(await draft.count())) break;
      await Promise.all([by.page.waitForNavigation(), draft.click()]);
      const at = new URL(by.page.url()).pathname;
      const title = (await by.page.locator("h1").innerText()).trim();
      await by.page.locator('textarea[name="situation"]').fill("按方案逐项做了，没到校的当天联系、上门。");
      const send = () => Promise.all([by.page.waitForNavigation(), by.page.getByRole("button", { name: "报送", exact: true }).click()]);
      await send();
      // A month without a suspect is said in so many words.
      if (/要明确作零报告/.test(await said(by.page))) {
        await by.page.locator('input[name="zero"]').check();
        await send();
      }
      assert.match(await said(by.page), /已报送，待审核/, title);
      const other = await as(reviewer);
      await other.page.goto(at);
      await Promise.all([other.page.waitForNavigation(), other.page.getByRole("button", { name: "审核通过" }).click()]);
      assert.match(await said(other.page), /已审核定稿[\s\S]*〔20\d\d〕\d+号[\s\S]*和定稿时一致/, title);
      for (const [form, begins] of [["pdf", "%PDF"], ["docx", "PK"], ["xlsx", "PK"]]) {
        const file = await other.window.request.get(`${server.url}${at}/report.${form}`);
        assert.equal(file.status(), 200, `${title} ${form}`);
        const body = await file.body();
        assert.ok(body.subarray(0, 4).toString().startsWith(begins), `${title} ${form}`);
        if (LOOK) writeFileSync(path.join(LOOK, `${today}-${title}.${form}`), body);
      }
      await other.window.close();
      made.push(title);
    }
    await by.window.close();
  }
  return made;
}

/** Opens the register of the teacher's class. */
async function register(page) {
  // The nights between two days are caught up while the morning begins: then there is one class.
  for (let tries = 0; tries < 200; tries++) {
    await page.goto("/register");
    if (/\/register\/[^/?]+$/.test(page.url())) return new URL(page.url()).pathname;
    await page.waitForTimeout(100);
  }
  return assert.fail(await said(page));
}

test("April: a pupil stays away for three school days and stands on the list by itself", async () => {
  for (const day of ["2026-04-20", "2026-04-21", "2026-04-22"]) {
    await on(day);
    const { window, page } = await as("teacher", 390);
    classPath = await register(page);
    const rows = page.locator("[data-pupil]");
    let row = rows.first();
    if (name) row = page.locator("[data-pupil]", { hasText: name });
    else {
      // A pupil about whom nothing is known so far.
      for (let at = 0; at < await rows.count(); at++) {
        const one = rows.nth(at);
        if (/缺课|个案|请假/.test(await one.innerText())) continue;
        row = one;
        break;
      }
      name = (await row.locator(".who b").innerText()).trim();
    }
    await row.locator(".state-now").click();
    await row.getByRole("button", { name: "旷课", exact: true }).click();
    await page.getByRole("button", { name: "提交点名" }).click();
    await page.waitForURL(/sent=/);
    if (day === "2026-04-22") assert.match(await said(page), /疑似/);
    await window.close();
  }
  const { window, page, watch } = await as("head", 390);
  await page.goto("/suspects");
  const link = page.locator("main a[href^='/children/']", { hasText: name }).first();
  child = (await link.getAttribute("href")).split("?")[0].split("/").slice(0, 3).join("/");
  await page.goto(await link.getAttribute("href"));
  await page.locator('select[name="whereabouts"]').first().selectOption("home");
  await page.locator('select[name="cause"]').first().selectOption("learning");
  await page.locator('textarea[name="evidence"]').fill("班主任昨天家访，孩子在家，说跟不上，不想来");
  await page.getByRole("button", { name: "核证并上报" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "上报" }).click();
  await page.waitForURL(/\/reports\/[0-9a-f-]{36}$/);
  [file] = await links(page, "/cases/");
  await faultless(page, watch, [new URL(page.url()).pathname, file]);
  await window.close();
});

test("April: verified, ordered, visited", async () => {
  await on("2026-04-23");
  const desk = await as("bureau");
  await desk.page.goto(file);
  await move(desk.page, "confirm", { words: "电话核实，祖母说孩子在家" });
  await move(desk.page, "dispatch");
  await desk.window.close();
  for (const one of ["township", ...Array.from({ length: 8 }, (_, at) => `x${at + 1}`)]) {
    const { window, page, watch } = await as(one, 390);
    watch.expect(404);
    const answer = await page.goto(file);
    watch.take();
    if (answer.status() === 200 && (await page.locator("form#do-receive").count())) {
      town = one;
      await move(page, "receive");
      await move(page, "visit", { flag: true, words: "见到祖母和孩子，讲了义务教育法和资助" });
      await move(page, "help", { code: "tutoring", words: "商定周末补课，家长同意" });
      assert.match(await next(page), /劝返/);
    }
    await window.close();
    if (town) break;
  }
  assert.ok(town, "a township has received it");
});

test("May: back in school, which the register proves", async () => {
  await on("2026-05-06");
  const { window, page } = await as(town, 390);
  await page.goto(file);
  await move(page, "return", { unit: { index: 1 } });
  await window.close();
  const desk = await as("bureau");
  await desk.page.goto(file);
  await move(desk.page, "place", { code: "regular_class", unit: { index: 1 }, words: "回原班，班主任结对补课" });
  assert.match(await next(desk.page), /每天点名，证实返校/);
  await desk.window.close();
  let many = await called(["2026-05-06"]);
  for (const friday of ["2026-05-08", "2026-05-15", "2026-05-22"]) {
    await on(friday);
    many += await called(week(friday).filter((day) => day > "2026-05-06"));
  }
  assert.ok(many >= 11, `${many} days were called`);
  assert.match((await reports()).join("、"), /2026年4月学校月报告/);
  const head = await as("head");
  await head.page.goto(file);
  assert.match(await said(head.page), /证实返校|跟踪/);
  await head.window.close();
});

test("June and July: it stays; the school says what becomes of its classes", async () => {
  for (const friday of ["2026-05-29", "2026-06-05", "2026-06-12", "2026-06-19", "2026-06-26", "2026-07-03", "2026-07-10", "2026-07-17"]) {
    await on(friday);
    await called(week(friday));
  }
  await everybody();
  assert.match((await reports()).join("、"), /2026年6月学校月报告[\s\S]*2026年第二季度县季度复核/);
  const { window, page, watch } = await as("head");
  await page.goto("/turnover");
  await page.locator("main a[data-row]").first().click();
  assert.match(await said(page), /还没有定[\s\S]*2026-09-01零点生效/);
  await page.locator('textarea[name="stays"]').fill("没有这个人，生病");
  watch.expect(422);
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "定下来", exact: true }).click()]);
  watch.take();
  assert.match(await said(page), /没有叫这个名字的孩子/);
  await page.locator('textarea[name="stays"]').fill("");
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "定下来", exact: true }).click()]);
  assert.match(await said(page), /已经定了，2026-09-01零点生效/);
  const own = new URL(page.url()).pathname;
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, ["/turnover", own]);
  }
  await window.close();
});

test("September: the year has turned; the child is in the next grade, its case goes on", async () => {
  await on("2026-09-01");
  const before = classPath;
  const { window, page, watch } = await as("teacher", 390);
  classPath = await register(page);
  assert.notEqual(classPath, before, "another class");
  assert.match(await said(page), /六年级/);
  assert.ok(await page.locator("[data-pupil]", { hasText: name }).count(), "with the same pupils");
  await window.close();
  const head = await as("head");
  await head.page.goto("/turnover");
  await head.page.locator("main a[data-row]").first().click();
  assert.match(await said(head.page), /编好了[\s\S]*六年级（1）班/);
  const own = new URL(head.page.url()).pathname;
  await faultless(head.page, head.watch, [own, `${own}/arrivals`]);
  await head.page.goto(file);
  assert.match(await said(head.page), /跟踪/);
  await head.window.close();
  const desk = await as("bureau");
  await faultless(desk.page, desk.watch, ["/turnover", "/season/no-shows"]);
  await desk.window.close();
  assert.deepEqual(watch.take(), []);
  for (const friday of ["2026-09-04", "2026-09-11", "2026-09-18", "2026-09-24", "2026-09-30", "2026-10-09", "2026-10-16", "2026-10-23", "2026-10-30", "2026-11-06", "2026-11-13"]) {
    await on(friday);
    await called(week(friday).filter((day) => day >= "2026-09-01"));
    if (friday === "2026-09-30") await everybody();
  }
});

test("November: half a year without a gap, and closed by two", async () => {
  await on("2026-11-16");
  const asks = await as("head");
  await asks.page.goto(file);
  assert.match(await next(asks.page), /轮到：南涧镇中心完小[\s\S]*申请销号/);
  assert.equal((await said(asks.page)).match(/日查看 出勤正常/g).length, 3, "after 30, 90 and 180 days");
  await move(asks.page, "close-stayed", { words: "半年每天都在校，成绩跟上了" });
  assert.match(await next(asks.page), /轮到：县教体局[\s\S]*复核/);
  await asks.window.close();
  const { window, page, watch } = await as("bureau");
  await page.goto(file);
  await move(page, "agree");
  assert.match(await said(page), /已销号|销号/);
  await faultless(page, watch, [file, "/cases?show=ended"]);
  await window.close();
});

test("January and March: the term, the year, and what the county answers for it", async () => {
  await on("2026-12-18");
  await everybody();
  await reports();
  await on("2027-01-29");
  assert.match((await reports()).join("、"), /学校月报告[\s\S]*季度复核/);
  await on("2027-03-15");
  assert.ok((await reports()).length);
  const desk = await as("director");
  await desk.page.goto("/regular?show=all");
  const text = await said(desk.page);
  for (const kind of [/学校月报告/, /县季度复核/, /州学期调研/, /省学年评估/]) assert.match(text, kind);
  await faultless(desk.page, desk.watch, ["/leader", "/figures", "/regular", "/bulletins"]);
  await desk.window.close();
});
