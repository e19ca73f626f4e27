// 招生入学季 (issue 6, item 3; 五(八)): a village walks a group in April on the phone; a township makes, prints and delivers its notices in June, with
// one family that was not at home; on the first school day who did not come is found. It takes five months, so it has a county of its own.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { close, confirm, faultless, HOME, open, PASSWORD } from "../scene.mjs";
import { newWindow, Watch } from "../browser.mjs";
import { fillIn } from "../sign-in.mjs";
import { start } from "../server.mjs";

const home = mkdtempSync(path.join(HOME, "season-"));
let server;

after(async () => {
  await close();
  await server?.stop();
  rmSync(home, { recursive: true, force: true });
});

/** The same county, served on another day; or one of its own, whose season stands as its people left it. */
async function on(day, place = home) {
  await server?.stop();
  server = await start({ home: place, password: PASSWORD, children: 600, today: day });
}

async function as(username, width = 1440) {
  const window = await newWindow(await open(), { url: server.url, width });
  const page = await window.newPage();
  const watch = await Watch.over(page);
  await fillIn(page, username, PASSWORD);
  return { window, page, watch };
}

const said = (page) => page.locator("main").innerText();
const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
const send = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"]`).getByRole("button", { name: button, exact: true }).click()]);

test("20 April: a village walks a group on the phone, and what is left stays named", async () => {
  await on("2026-04-20");
  const { window, page, watch } = await as("village", 390);
  await page.goto("/season/sweep");
  const open = page.locator("tr", { hasText: "还没有人去" }).locator("a[data-row]").first();
  const any = (await open.count()) ? open : page.locator("main a[data-row]").first();
  const group = await any.getAttribute("href");
  await page.goto(group);
  await faultless(page, watch, ["/season", "/season/sweep", group]);
  await page.goto(group);
  const form = page.locator(`form[action="${group}"]`);
  await form.locator('input[name="visitors"]').fill("普某某、李某某");
  await form.locator('input[name="households"]').fill("20");
  await form.locator('input[name="asked"]').fill("18");
  await form.locator('input[name="empty"]').fill("2");
  watch.expect(422);
  await send(page, group, "保存走访");
  watch.take();
  assert.match(await said(page), /请选为什么/);
  assert.equal(await form.locator('input[name="asked"]').inputValue(), "18", "what was typed stays");
  await form.locator('select[name="why"]').selectOption("away");
  await form.locator('input[name="next"]').fill("2026-04-28");
  await send(page, group, "保存走访");
  assert.match(await said(page), /2户没碰上/);
  await page.goto("/season/sweep");
  assert.match(await said(page), /2户没碰上/);
  await window.close();

  const desk = await as("bureau");
  await faultless(desk.page, desk.watch, ["/season", "/season/sweep", "/season/plan", "/season/notices", "/season/transitions", "/season/deferrals"]);
  await desk.page.goto("/season/catchments");
  assert.match(await said(desk.page), /没有划给学校/);
  const [line] = (await desk.page.locator('textarea[name="lines"]').inputValue()).split("\n");
  const [town, village] = line.split("\t");
  await desk.page.locator('input[name="source"]').fill("县教体局划片方案");
  await desk.page.locator('textarea[name="lines"]').fill(`${town}\t没有这个村\t全村\t-\t-`);
  desk.watch.expect(422);
  await send(desk.page, "/season/catchments", "保存");
  desk.watch.take();
  assert.match(await said(desk.page), /第1行/);
  await desk.page.locator('textarea[name="lines"]').fill(`${town}\t${village}\t全村\t-\t-`);
  await send(desk.page, "/season/catchments", "保存");
  await faultless(desk.page, desk.watch, ["/season/catchments"]);
  await desk.page.goto("/season/plan");
  const first = desk.page.locator("main details", { has: desk.page.locator("form") }).first();
  await first.locator("summary").click();
  await first.locator('input[name="first"]').fill("45");
  await first.locator('input[name="junior"]').fill("0");
  await Promise.all([desk.page.waitForNavigation(), first.getByRole("button", { name: "保存" }).click()]);
  assert.match(await said(desk.page), /45/);
  await desk.window.close();
});

test("15 June: a township makes its notices, prints them, and enters what became of a group's", async () => {
  await on("2026-06-15");
  const { window, page, watch } = await as("township");
  await page.goto("/season/notices");
  assert.match(await said(page), /名孩子还没有这个学年的通知书/);
  await page.locator('input[name="report"]').fill("2026-08-31");
  await send(page, "/season/notices", "做通知书");
  for (let tries = 0; tries < 100 && !(await links(page, "/season/notices/in/")).length; tries++) await page.goto("/season/notices");
  for (let tries = 0; tries < 100 && /正在做通知书/.test(await said(page)); tries++) await page.goto("/season/notices");
  const [group] = await links(page, "/season/notices/in/");
  assert.ok(group, "they are listed by village group");

  // Names leave the house: who prints proves oneself first.
  await page.goto("/account/confirm?next=/season/notices");
  await confirm(page);
  const [saved] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "打印没有送到的" }).click()]);
  const file = await readFile(await saved.path());
  assert.equal(file.subarray(0, 2).toString("latin1"), "PK");
  assert.ok(file.includes("%PDF-"), "a print run of PDFs");

  await page.goto(group);
  await faultless(page, watch, [group]);
  await page.goto(group);
  const many = await page.locator('select[name^="n-"]').count();
  assert.ok(many >= 1);
  await page.locator('select[name^="n-"]').first().selectOption("nobody_home");
  await page.locator('input[name="by"]').fill("组长李某某");
  await send(page, group, "保存");
  const text = await said(page);
  assert.match(text, /没有送到：家里没人/);
  if (many > 1) assert.match(text, /直接送达本人/);
  const [notice] = await links(page, "/season/notices/").then((all) => all.filter((one) => !one.includes("/in/")));
  await page.goto(notice);
  watch.expect(409);
  await page.locator('select[name="mode"]').selectOption("left");
  await send(page, "/deliver", "登记送达");
  watch.take();
  assert.match(await said(page), /留置送达没有见证人/);
  await page.locator('select[name="mode"]').selectOption("household");
  await page.locator('input[name="signed"]').fill("李某某（祖母）");
  await send(page, "/deliver", "登记送达");
  await page.locator('select[name="answer"]').selectOption("attend");
  await send(page, "/answer", "登记答复");
  assert.match(await said(page), /家长已答复/);
  await faultless(page, watch, [notice, "/season", "/season/notices"]);
  await window.close();

  const phone = await as("village", 390);
  await faultless(phone.page, phone.watch, ["/season/notices"]);
  await phone.window.close();
});

test("1 September: who did not come is found, with what to do", async () => {
  await on("2026-09-01", path.join(home, "autumn"));
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("township", width);
    await page.goto("/season/no-shows");
    const text = await said(page);
    assert.match(text, /应到\d+名，\d+名没有到/);
    assert.match(text, /哪个班都没有报到/);
    const opened = await links(page, "/cases/");
    const toOpen = (await links(page, "/children/")).filter((one) => one.endsWith("/case"));
    assert.ok(opened.length + toOpen.length, "the follow-up is the case that there is, or the form that opens one");
    await faultless(page, watch, ["/season/no-shows", "/season/transitions", "/season"]);
    await window.close();
  }
  const desk = await as("bureau");
  await desk.page.goto("/season/no-shows");
  const [township] = await links(desk.page, "/season/no-shows?under=");
  await faultless(desk.page, desk.watch, ["/season/no-shows", township]);
  await desk.window.close();
});
