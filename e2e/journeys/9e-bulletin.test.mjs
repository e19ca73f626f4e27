// 通报 and 问责 (issue 6, item 6; 五(七), 六(四)): drafted of what is on record, the word of the unit to the letter, a second person, the number; the file of
// accountability; and no page of any role puts schools into the order of a rate (五(十二)).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, nobody, remember } from "../scene.mjs";
import { ALL } from "../pages.mjs";

after(close);

const text = (page) => page.locator("main").innerText();
const click = (page, name) =>
  Promise.all([page.waitForNavigation(), page.getByRole("button", { name }).click()]);
/** A button that asks once more. */
const sure = async (page, name, yes) => {
  await page.getByRole("button", { name, exact: true }).first().click();
  await click(page, yes);
};

let bulletin = "";
const said = "记录在校务日志里，没有录进系统，本周补齐。";

test("the office drafts on what is on record", async () => {
  const { window, page, watch } = await as("li", { fresh: true });
  await page.goto("/bulletins");
  await page.locator('select[name="kind"]').selectOption("problem");
  await page.locator('input[name="title"]').fill("关于第一学期职责落实情况的通报");
  await page.locator('textarea[name="opening"]').fill("按照方案逐条核对，发现全县排名靠后的学校记录不全。");
  await page.locator('textarea[name="ask"]').fill("请一周内补齐记录。");
  await remember(page);
  watch.expect(422);
  await click(page, "下一步，写每一条");
  watch.take();
  assert.match(await text(page), /不对学校排名/);
  await page.locator('textarea[name="opening"]').fill("按照方案逐条核对，发现有的学校记录不全。");
  await click(page, "下一步，写每一条");
  bulletin = new URL(page.url()).pathname;
  const school = await page.locator('select[name="unit"] option', { hasText: /小学|中学/ }).first().getAttribute("value");
  await page.locator('select[name="unit"]').selectOption(school);
  await click(page, "看这个单位有哪些依据");
  await page.locator('textarea[name="words"]').fill("职责没有落实证明。");
  watch.expect(409);
  await click(page, "写进通报");
  watch.take();
  assert.match(await text(page), /没有依据，不能通报/);
  assert.equal(await page.locator('textarea[name="words"]').inputValue(), "职责没有落实证明。");
  await page.locator('input[name="evidence"]').first().check();
  await click(page, "写进通报");
  await faultless(page, watch, ["/bulletins", bulletin]);
  await window.close();
});

test("the unit speaks before others read of it", async () => {
  const school = await as("head", { fresh: true, width: 390 });
  await school.page.goto("/");
  assert.match(await text(school.page), /拟通报本单位/);
  await school.page.getByRole("link", { name: /关于学校落实控辍保学职责情况的通报/ }).first().click();
  await school.page.waitForURL(/\/bulletins\//);
  const open = new URL(school.page.url()).pathname;
  school.watch.expect(422);
  await school.page.locator('textarea[name="words"]').first().fill("电话13800000000问一问");
  await click(school.page, "提出意见");
  school.watch.take();
  assert.match(await text(school.page), /手机号/);
  await school.page.locator('textarea[name="words"]').first().fill(said);
  await click(school.page, "提出意见");
  assert.match(await text(school.page), new RegExp(said));
  await faultless(school.page, school.watch, ["/bulletins", open]);
  await school.window.close();

  const other = await as("village", { fresh: true, width: 390 });
  other.watch.expect(404);
  assert.equal((await other.page.goto(open)).status(), 404);
  other.watch.take();
  await other.window.close();

  const second = await as("director", { fresh: true });
  await second.page.goto(open);
  await second.page.locator('input[name="public"]').check();
  await click(second.page, "审核通过");
  assert.match(await text(second.page), /待印发/);
  await faultless(second.page, second.watch, [open]);
  await second.window.close();

  const office = await as("li", { fresh: true });
  await office.page.goto(open);
  await sure(office.page, "印发", "编号印发");
  assert.match(await text(office.page), /教督办通报〔2026〕\d+号/);
  await office.window.close();

  const everybody = await nobody();
  await everybody.page.goto("/public/bulletins");
  assert.match(await text(everybody.page), new RegExp(said));
  await faultless(everybody.page, everybody.watch, ["/public/bulletins"]);
  await everybody.window.close();
});

test("a file of accountability, for the office and who leads the unit", async () => {
  const town = await as("lx1", { fresh: true, width: 390 });
  await town.page.goto("/accountability");
  const file = await town.page.locator("main a[data-row]").first().getAttribute("href");
  await town.page.goto(file);
  await town.page.locator('textarea[name="words"]').fill("到期的任务逐件办完，落实证明已经填上。");
  await click(town.page, "报告整改");
  assert.match(await text(town.page), /已报整改，待复查/);
  await faultless(town.page, town.watch, ["/accountability", file]);
  await town.window.close();

  const head = await as("head", { fresh: true, width: 390 });
  head.watch.expect(404);
  assert.equal((await head.page.goto(file)).status(), 404);
  head.watch.take();
  await head.window.close();

  const office = await as("li", { fresh: true });
  await office.page.goto(file);
  await office.page.locator('textarea[name="seen"]').fill("逐条看过，都有证明。");
  await click(office.page, "办结");
  assert.match(await text(office.page), /已办结/);
  await faultless(office.page, office.watch, ["/accountability", file]);
  await office.window.close();
});

/** Tables of at least three schools that stand in the order of one of their percentages. Runs in the page. */
const ranked = () => {
  const school = /(小学|中学|学校|校点)/;
  const found = [];
  for (const table of document.querySelectorAll("main table")) {
    const rows = [...table.querySelectorAll("tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText));
    const schools = rows.filter((cells) => cells.length && school.test(cells[0]));
    if (schools.length < 3 || schools.length < rows.length / 2) continue;
    for (let at = 1; at < schools[0].length; at += 1) {
      const rates = schools.map((cells) => /(\d+(?:\.\d+)?)\s*%/.exec(cells[at] ?? "")).map((rate) => rate && Number(rate[1]));
      if (rates.some((rate) => rate === null) || new Set(rates).size < 3) continue;
      const up = rates.every((rate, nth) => nth === 0 || rates[nth - 1] <= rate);
      const down = rates.every((rate, nth) => nth === 0 || rates[nth - 1] >= rate);
      if (up || down) found.push(`${table.caption?.innerText ?? ""}: ${table.tHead?.rows[0]?.cells[at]?.innerText ?? at}`);
    }
  }
  return found;
};

test("no page of any role puts schools into the order of a rate, and none speaks of examinations", async () => {
  const words = /(升学率|状元|平均分|及格率|优秀率|名次|垫底|龙虎榜)/g;
  const harmless = /不[^，。；]{0,12}$/;
  let seen = 0;
  const roles = [...new Set(ALL.filter((one) => one.role && one.path).map((one) => one.role))];
  for (const role of roles) {
    const { window, page } = await as(role, { fresh: true });
    await page.goto("/");
    const menu = await page.$$eval("nav a[href^='/']", (links) => links.map((link) => link.getAttribute("href")));
    const own = ALL.filter((one) => one.role === role && one.path).map((one) => one.path);
    for (const address of new Set([...menu, ...own])) {
      if (/sign-out|\.(pdf|docx|xlsx)$/.test(address)) continue;
      const answer = await page.goto(address);
      if (!answer || answer.status() !== 200) continue;
      seen += 1;
      assert.deepEqual(await page.evaluate(ranked), [], `五(十二): ${role} ${address}`);
      const whole = await page.locator("body").innerText();
      for (const hit of whole.matchAll(words)) {
        const before = whole.slice(Math.max(0, hit.index - 14), hit.index);
        assert.match(before, harmless, `五(十二): ${role} ${address}: ${before}${hit[0]}`);
      }
    }
    await window.close();
  }
  assert.ok(seen > 100, `${seen} pages were read`);

  // And it finds one.
  const { window, page } = await nobody();
  await page.goto("/public/bulletins");
  await page.evaluate(() => {
    const rows = [["东镇小学", "99.5%"], ["西镇小学", "98.1%"], ["南镇中学", "97.0%"]];
    const body = rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`).join("");
    document.querySelector("main").insertAdjacentHTML("beforeend", `<table><tbody>${body}</tbody></table>`);
  });
  assert.equal((await page.evaluate(ranked)).length, 1, "the planted one");
  await window.close();
});
