// A new colleague: invited by the unit's administrator, approved by its leader, set up by a link that works once,
// signed in (四(十四); issue 3, 4). On a real server the second factor comes with it: see 55-first-run.

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, nobody, remember } from "../scene.mjs";
import { fillIn } from "../sign-in.mjs";

const PASSWORD = "shan-cha-hua-kai-2026";

after(close);

const path = (page) => new URL(page.url()).pathname;

test("invited, approved, set up by a link that works once, signed in", async () => {
  const admin = await as("ub");
  // A post to fill: the administrator opens one in the own unit.
  await admin.page.goto("/units");
  await admin.page.locator("main table a[data-row]", { hasText: "教体局" }).first().click();
  await admin.page.waitForURL(/\/units\/./);
  await faultless(admin.page, admin.watch, [path(admin.page)]);
  const role = admin.page.locator('select[name="role"]');
  await role.selectOption("bureau");
  await admin.page.locator('input[name="title"]').fill("控辍保学专干");
  await admin.page.locator("form", { has: role }).getByRole("button", { name: "设岗" }).click();
  await admin.page.getByText("控辍保学专干").first().waitFor();

  await faultless(admin.page, admin.watch, ["/accounts", "/accounts/new"]);
  const post = admin.page.locator('select[name="post"]');
  const option = await post.locator("option", { hasText: "控辍保学专干" }).first().getAttribute("value");
  await post.selectOption(option);
  await admin.page.locator('main input[name="name"]').fill("茶桂芝");
  await admin.page.locator('main input[name="username"]').fill("chaguizhi");
  await admin.page.locator('main input[name="reason"]').fill("南教任〔2026〕12号");
  await admin.page.getByRole("button", { name: "提出" }).click();
  await admin.page.waitForLoadState();
  // Who asks does not approve.
  await admin.page.goto("/accounts/invitations");
  assert.equal(await admin.page.getByRole("button", { name: "批准", exact: true }).count(), 0);

  const leader = await as("lb");
  await faultless(leader.page, leader.watch, ["/accounts/invitations"]);
  await leader.page.locator("tr", { hasText: "茶桂芝" }).getByRole("button", { name: "批准", exact: true }).click();
  await leader.page.waitForLoadState();

  await admin.page.goto("/accounts?q=chaguizhi");
  await admin.page.locator("main table a[data-row]", { hasText: "茶桂芝" }).click();
  await admin.page.getByRole("button", { name: "取得设置链接" }).click();
  const link = (await admin.page.locator("main code").innerText()).trim();
  assert.match(link, /^\/set-up\//);

  const own = await nobody();
  await faultless(own.page, own.watch, [link]);
  for (const weak of ["123456", "password12345678"]) {
    own.watch.expect(422);
    await own.page.locator('input[name="password"]').fill(weak);
    await own.page.locator('input[name="again"]').fill(weak);
    await own.page.locator("main form button").first().click();
    await own.page.locator("main .wrong, main [role=alert]").first().waitFor();
  }
  await own.page.locator('input[name="password"]').fill(PASSWORD);
  await own.page.locator('input[name="again"]').fill(PASSWORD);
  await own.page.locator("main form button").first().click();
  await own.page.waitForURL((at) => !at.pathname.startsWith("/set-up"));
  if (path(own.page) === "/sign-in") await fillIn(own.page, "chaguizhi", PASSWORD);
  assert.equal(path(own.page), "/");
  assert.match(await own.page.locator("header details.menu").textContent(), /茶桂芝/);
  await remember(own.page);
  await faultless(own.page, own.watch, ["/", "/account"]);

  const again = await nobody();
  again.watch.expect(404, 410);
  const answer = await again.page.goto(link);
  assert.ok([404, 410].includes(answer.status()), "the link works once");
  for (const each of [admin, leader, own, again]) await each.window.close();
});

test("two at once from a table: a wrong line is named, all are approved in one act, and the links come on one sheet", async () => {
  const admin = await as("ub");
  await admin.page.goto("/units");
  await admin.page.locator("main table a[data-row]", { hasText: "教体局" }).first().click();
  await admin.page.waitForURL(/\/units\/./);
  const unit = (await admin.page.locator("main h1").first().innerText()).trim();
  for (const title of ["摸排专员", "台账专员"]) {
    const role = admin.page.locator('select[name="role"]');
    await role.selectOption("bureau");
    await admin.page.locator('input[name="title"]').fill(title);
    await admin.page.locator("form", { has: role }).getByRole("button", { name: "设岗" }).click();
    await admin.page.getByText(title).first().waitFor();
  }
  await faultless(admin.page, admin.watch, ["/accounts/new/table"]);
  const paste = async (lines) => {
    await admin.page.locator('textarea[name="lines"]').fill(lines);
    await admin.page.locator('main input[name="reason"]').fill("南教任〔2026〕13号");
    await admin.page.getByRole("button", { name: "提出" }).click();
    await admin.page.waitForLoadState();
  };
  admin.watch.expect(422);
  await paste(`${unit}\t摸排专员\t字秀莲\n${unit}\t没有这个岗位\t自光明`);
  assert.match(await admin.page.locator("main").innerText(), /第2行：.*空缺的岗位是：.*台账专员/);
  // What was typed is still there.
  assert.match(await admin.page.locator('textarea[name="lines"]').inputValue(), /字秀莲/);
  await paste(`${unit}\t摸排专员\t字秀莲\n${unit}\t台账专员\t自光明`);
  assert.equal(path(admin.page), "/accounts/invitations");
  await admin.page.getByText("已提出2个").first().waitFor();

  const leader = await as("lb");
  await leader.page.goto("/accounts/invitations");
  await leader.page.getByRole("button", { name: /全部批准/ }).click();
  await leader.page.locator("dialog[open]").getByRole("button", { name: "确定" }).click();
  await leader.page.getByText(/批准了\d+个/).first().waitFor();

  await faultless(admin.page, admin.watch, ["/accounts/invitations"]);
  await admin.page.getByRole("button", { name: /设置链接/ }).click();
  await admin.page.locator("main code", { hasText: "/set-up/" }).first().waitFor();
  for (const name of ["字秀莲", "自光明"]) {
    assert.equal(await admin.page.locator("tr", { hasText: name }).locator("code").count(), 1);
  }
  for (const each of [admin, leader]) await each.window.close();
});

test("a session that is ended elsewhere is over at once", async () => {
  const first = await as("youth", { fresh: true });
  const second = await as("youth", { fresh: true });
  await second.page.goto("/account");
  await second.page.getByRole("button", { name: "结束其他所有登录" }).click();
  await second.page.waitForLoadState();
  await first.page.goto("/");
  assert.match(first.page.url(), /\/sign-in/);
  await second.page.goto("/");
  assert.equal(path(second.page), "/");
  await first.window.close();
  await second.window.close();
});

for (const width of [1440, 390]) {
  test(`pages of those who keep the house at ${width} px`, async () => {
    const spots = {
      security: ["/accounts", "/online", "/sign-ins", "/break-glass"],
      auditor: ["/sign-ins", "/accounts"],
      admin: ["/accounts", "/account", "/account/password"],
    };
    for (const [role, addresses] of Object.entries(spots)) {
      const { window, page, watch } = await as(role, { width });
      await faultless(page, watch, addresses);
      await window.close();
    }
  });
}
