// 联席会议 (issue 6, item 5; 五(二), 四): the deputy county head calls, the office drafts from open blocks and fixes, writes and decides, another makes the
// minutes final; a unit reports its task on the phone and the office accepts it (hazard B05); the duty list says what is missing; plans keep versions.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, remember } from "../scene.mjs";

after(close);

const text = (page) => page.locator("main").innerText();
const send = (page, path, button) =>
  Promise.all([page.waitForNavigation(), page.locator(`form[action$="${path}"]`).getByRole("button", { name: button }).click()]);

let meeting = "";
let task = "";

test("called by the task force, drafted and fixed by its office", async () => {
  const head = await as("director", { fresh: true, width: 1440 });
  await head.page.goto("/conference");
  assert.match(await text(head.page), /原则上每季度召开一次[\s\S]*纪要已定稿/);
  await head.page.locator('input[name="day"]').fill("2026-11-23");
  await head.page.locator('input[name="place"]').fill("县政府三楼会议室");
  await send(head.page, "/conference", "召集");
  meeting = new URL(head.page.url()).pathname;
  await remember(head.page);
  await head.window.close();

  const office = await as("bureau", { fresh: true, width: 1440 });
  await office.page.goto(meeting);
  assert.match(await text(office.page), /上次没有办完的[\s\S]*到期没有走访的孩子逐户走访一遍[\s\S]*超期/, "what is undone stands first");
  await office.page.locator('input[name="words"]').fill("研究寄宿制学校的床位");
  await send(office.page, "/items", "加上");
  assert.match(await text(office.page), /其他议题[\s\S]*研究寄宿制学校的床位/);
  await faultless(office.page, office.watch, [meeting]);
  await office.page.goto(meeting);
  await send(office.page, "/fix", "确定议程");
  assert.match(await text(office.page), /议程已定/);

  const member = await as("police", { fresh: true, width: 390 });
  await member.page.goto(meeting);
  assert.match(await text(member.page), /研究寄宿制学校的床位/);
  assert.equal(await member.page.locator("main a[href^='/cases/']").count(), 0, "no child for a member unit");
  const agenda = await member.window.request.get(`${meeting}/agenda.pdf`);
  assert.equal(agenda.status(), 200);
  assert.equal((await agenda.body()).subarray(0, 4).toString(), "%PDF");
  await faultless(member.page, member.watch, ["/conference", meeting]);
  await member.window.close();

  await office.page.goto(meeting);
  await office.page.locator('input[name="chair"]').fill("分管副县长");
  await office.page.locator('textarea[name="attended"]').fill("各成员单位联络员");
  office.watch.expect(422);
  await office.page.locator('textarea[name="minutes"]').fill("还有2名学生没有返校，继续劝返。");
  await send(office.page, "/hold", "登记");
  office.watch.take();
  assert.match(await text(office.page), /少于5，看得出是谁/);
  assert.equal(await office.page.locator('input[name="chair"]').inputValue(), "分管副县长", "what was typed stays");
  await office.page.locator('textarea[name="minutes"]').fill("通报了情况，研究了超期个案的办理。");
  await send(office.page, "/hold", "登记");
  await office.page.locator('select[name="unit"]').selectOption({ label: "县市管局" });
  await office.page.locator('textarea[name="words"]').fill("查一遍学校周边用工的小店");
  await office.page.locator('input[name="proof"]').fill("检查记录");
  await office.page.locator('input[name="due"]').fill("2026-12-20");
  await send(office.page, "/decisions", "加上这一件");
  assert.match(await text(office.page), /查一遍学校周边用工的小店[\s\S]*另一位同志看过后定稿/);
  await faultless(office.page, office.watch, [meeting]);
  await office.window.close();

  const final = await as("director", { fresh: true, width: 390 });
  await final.page.goto(meeting);
  await send(final.page, "/close", "纪要定稿");
  assert.match(await text(final.page), /纪要已定稿/);
  const minutes = await final.window.request.get(`${meeting}/minutes.docx`);
  assert.equal(minutes.status(), 200);
  await faultless(final.page, final.watch, [meeting, "/conference"]);
  await final.window.close();
});

test("a unit reports on the phone, another accepts", async () => {
  const unit = await as("market", { fresh: true, width: 390 });
  await unit.page.goto("/");
  assert.match(await text(unit.page), /查一遍学校周边用工的小店/);
  await unit.page.goto("/tasks");
  task = await unit.page.locator("main a[href^='/tasks/']").first().getAttribute("href");
  await unit.page.goto(task);
  await remember(unit.page);
  await unit.page.locator('input[name="file"]').setInputFiles({ name: "记录.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.7 list") });
  await send(unit.page, "/file", "上传");
  assert.match(await text(unit.page), /记录\.pdf/);
  await unit.page.locator('textarea[name="words"]').fill("查了二十家，记录已交专班办公室");
  await send(unit.page, "/report", "报告完成");
  assert.match(await text(unit.page), /已报完成，待验收/);
  assert.equal(await unit.page.getByRole("button", { name: "验收" }).count(), 0, "nobody accepts their own work");
  await faultless(unit.page, unit.watch, ["/tasks", task]);
  await unit.window.close();

  const other = await as("civil", { fresh: true, width: 390 });
  other.watch.expect(404);
  assert.equal((await other.page.goto(task)).status(), 404);
  other.watch.take();
  await other.window.close();

  const office = await as("bureau", { fresh: true, width: 1440 });
  await office.page.goto("/tasks?show=reported");
  assert.match(await text(office.page), /查一遍学校周边用工的小店/);
  await office.page.goto(task);
  await send(office.page, "/accept", "验收");
  assert.match(await text(office.page), /已验收/);
  await faultless(office.page, office.watch, ["/tasks", "/tasks?show=late", "/tasks?show=accepted", task]);
  await office.window.close();
});

test("the duty list and the library", async () => {
  const head = await as("director", { fresh: true, width: 1440 });
  await head.page.goto("/duties");
  assert.match(await text(head.page), /双线四级责任机制[\s\S]*本学期还没有单位填落实证明/);
  await faultless(head.page, head.watch, ["/duties", `/duties/${encodeURIComponent("五(六)")}`]);
  await head.window.close();

  const unit = await as("culture", { fresh: true, width: 390 });
  await unit.page.goto("/duties");
  await unit.page.getByRole("link", { name: "县文旅局职责" }).click();
  await unit.page.locator('textarea[name="words"]').fill("学校周边场所查了一遍，没有接纳未成年学生的");
  await Promise.all([unit.page.waitForNavigation(), unit.page.getByRole("button", { name: "填写" }).click()]);
  assert.match(await text(unit.page), /学校周边场所查了一遍[\s\S]*/);
  await faultless(unit.page, unit.watch, ["/duties", `/duties/${encodeURIComponent("四(十八)")}`]);
  await unit.window.close();

  const school = await as("head", { fresh: true, width: 390 });
  await school.page.goto("/library");
  await school.page.getByRole("link", { name: "一校一方案" }).click();
  const plan = new URL(school.page.url()).pathname;
  await school.page.locator(`form[action="${plan}"] textarea[name="words"]`).fill("校长负责，加了晚点名。");
  await school.page.locator(`form[action="${plan}"] input[name="why"]`).fill("加了晚点名");
  await Promise.all([school.page.waitForNavigation(), school.page.getByRole("button", { name: "加一版" }).click()]);
  assert.match(await text(school.page), /第2版[\s\S]*第1版/);
  await faultless(school.page, school.watch, ["/library", plan]);
  await school.window.close();

  const office = await as("bureau", { fresh: true, width: 1440 });
  await office.page.goto("/library");
  assert.match(await text(office.page), /一县一案[\s\S]*还没有方案的/);
  await faultless(office.page, office.watch, ["/library", plan]);
  await office.window.close();
});
