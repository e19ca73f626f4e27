// The real thing on an empty folder: a link on the server's own screen, five people who check each other, passwords,
// and a second factor from the first sign-in on (issue 3, 4; C09, C11).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import path from "node:path";
import { as, close, HOME, open } from "../scene.mjs";
import { newWindow, Watch } from "../browser.mjs";
import { visit } from "../checks.mjs";
import { serve } from "../server.mjs";
import { totp } from "../totp.mjs";

const PASSWORD = "wu-liang-shan-xia-2026";
let server;
/** The system administrator of the five: user name and link. */
let admin;

after(async () => {
  await close();
  await server?.stop();
});

test("first run, set-up link, second factor, signing in with a code that counts once", async () => {
  server = await serve({ home: path.join(HOME, "real") });
  const browser = await open();
  const window = await newWindow(browser, { url: server.url });
  const page = await window.newPage();
  const watch = await Watch.over(page);
  const first = server.said().match(/\/first-run\/\S+/)[0];
  const wrong = await visit(page, watch, first);
  for (const [at, field] of (await page.locator('main input[type="text"], main input:not([type])').all()).entries()) {
    await field.fill(at % 2 ? `first${at}` : "杞家福自字茶".slice(at / 2, at / 2 + 2) || "罗秀");
  }
  await page.getByRole("button", { name: "建立这五个账号" }).click();
  await page.locator("main dl code").first().waitFor();
  const links = await page.locator("main dl code").allInnerTexts();
  const usernames = await page.locator("main dl dt").allInnerTexts();
  assert.equal(links.length, 5);
  watch.expect(404, 410);
  assert.ok((await page.goto(first)).status() >= 404, "the first run is closed for ever");
  watch.expect();

  admin = { username: usernames[2].match(/（(.+)）/)[1], link: links[2].trim() };
  const username = usernames[0].match(/（(.+)）/)[1];
  wrong.push(...await visit(page, watch, links[0].trim()));
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('input[name="again"]').fill(PASSWORD);
  await page.locator("main form button").first().click();
  await page.waitForURL((at) => !at.pathname.startsWith("/set-up"));
  const knock = async () => {
    await page.goto("/sign-in");
    await page.locator('input[name="username"]').fill(username);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator("main form button").first().click();
    await page.waitForURL(/\/sign-in\/(enrol|code)/);
  };
  if (!/enrol/.test(page.url())) await knock();
  wrong.push(...await visit(page, watch, new URL(page.url()).pathname + new URL(page.url()).search));
  const secret = (await page.locator("main code.num").innerText()).trim();
  const code = totp(secret);
  await page.locator('input[name="totp"]').fill(code);
  await page.getByRole("button", { name: "完成设置" }).click();
  await page.getByText("恢复码").first().waitFor();
  const spare = (await page.locator("main li code").allInnerTexts()).map((each) => each.trim());
  assert.ok(spare.length >= 8);
  await page.getByRole("link", { name: /已经保存/ }).click();
  await page.waitForURL((at) => at.pathname === "/");
  wrong.push(...await visit(page, watch, "/"));

  await window.clearCookies();
  await knock();
  watch.expect(401, 403, 422);
  await page.locator('input[name="totp"]').fill(code);
  await page.getByRole("button", { name: "继续" }).click();
  await page.getByRole("alert").first().waitFor();
  await page.locator('input[name="totp"]').fill(spare[0]);
  await page.getByRole("button", { name: "继续" }).click();
  await page.waitForURL((at) => at.pathname === "/");
  assert.deepEqual([...wrong, ...watch.take()], []);
  await window.close();
});

test("the first day: the trees by the plan, groups, schools and classes pasted, and a unit closed", async () => {
  const browser = await open();
  const window = await newWindow(browser, { url: server.url });
  const page = await window.newPage();
  const watch = await Watch.over(page);
  await page.goto(admin.link);
  await page.locator('input[name="password"]').fill(PASSWORD);
  await page.locator('input[name="again"]').fill(PASSWORD);
  await page.locator("main form button").first().click();
  await page.waitForURL((at) => !at.pathname.startsWith("/set-up"));
  if (!/enrol/.test(page.url())) {
    await page.goto("/sign-in");
    await page.locator('input[name="username"]').fill(admin.username);
    await page.locator('input[name="password"]').fill(PASSWORD);
    await page.locator("main form button").first().click();
    await page.waitForURL(/\/sign-in\/enrol/);
  }
  await page.locator('input[name="totp"]').fill(totp((await page.locator("main code.num").innerText()).trim()));
  await page.getByRole("button", { name: "完成设置" }).click();
  await page.getByRole("link", { name: /已经保存/ }).click();
  await page.waitForURL((at) => at.pathname === "/");

  const said = () => page.locator("main").innerText();
  const unit = async (name) => {
    await page.goto(`/units?q=${encodeURIComponent(name)}`);
    return page.locator("main a[data-row]").first().getAttribute("href");
  };
  const paste = async (lines) => {
    await page.locator("textarea").fill(lines);
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "新设", exact: true }).click()]);
  };
  await page.goto("/units");
  assert.match(await said(), /还没有按方案设立单位[\s\S]*还差\d+个/);
  const wrong = await visit(page, watch, "/units");
  await page.goto("/units");
  await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "按方案设立" }).click()]);
  assert.doesNotMatch(await said(), /还差/);
  const [county] = await page.locator("main a[data-row]").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    wrong.push(...await visit(page, watch, "/units"), ...await visit(page, watch, county), ...await visit(page, watch, `${county}/new?kind=group`));
  }
  await page.goto(`${county}/new?kind=group`);
  watch.expect(422);
  await paste("公郎镇\t沙乐村\t一组\n公郎镇\t没有村\t二组");
  watch.take();
  watch.expect();
  assert.match(await said(), /第2行：没有叫“没有村”的村/);
  assert.match(await page.locator("textarea").inputValue(), /沙乐村/, "what was pasted is kept");
  await paste("公郎镇\t沙乐村\t一组\n公郎镇\t沙乐村\t二组");
  assert.match(await said(), /新设了2个/);
  await page.goto(`${await unit("县教体局")}/new?kind=school`);
  await paste("公郎镇中心完小，公郎镇，2153290001，小学，寄宿");
  assert.match(await said(), /新设了1个/);
  const school = await unit("公郎镇中心完小");
  await page.goto(`${school}/new`);
  await paste("三年级 1\n三年级 2");
  await page.goto(school);
  assert.match(await said(), /校长[\s\S]*空缺[\s\S]*三年级（2）班/);
  wrong.push(...await visit(page, watch, school));
  const village = await unit("沙乐村民委员会");
  await page.goto(village);
  watch.expect(409);
  await page.getByRole("button", { name: "撤销这个单位" }).click();
  await Promise.all([page.waitForNavigation(), page.getByRole("dialog").getByRole("button", { name: "撤销" }).click()]);
  watch.take();
  assert.match(await said(), /下面还有单位或孩子/);
  assert.deepEqual(wrong, []);
  await window.close();
});

test("a demo has no first run", async () => {
  const { window, page, watch } = await as("bureau");
  watch.expect(410);
  assert.equal((await page.goto("/first-run/anything")).status(), 410);
  await window.close();
});
