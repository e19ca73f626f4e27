// 统一登录 (issue 6 item 9): one enters and tries a platform, another opens it; nobody gets an account by it; two link an account to the person, who
// signs in by it from then on; a token that is not right opens nothing; and what is closed is closed.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, confirm, faultless, nobody, serverNow } from "../scene.mjs";
import { CLIENT, SECRET, provider } from "../provider.mjs";

let platform;
const path = (page) => new URL(page.url()).pathname;
const text = (page) => page.locator("main").innerText();

before(async () => { platform = await provider(serverNow); });
after(async () => {
  await close();
  await platform.close();
});

/** Acts; where identity is asked for first, proves it and acts again. */
async function proved(page, act) {
  await act();
  await page.waitForLoadState();
  if (path(page) === "/account/confirm") {
    await confirm(page);
    await act();
    await page.waitForLoadState();
  }
}

const button = (page, name) => page.getByRole("button", { name, exact: true }).first();

/** To the platform and back. */
async function byPlatform(page) {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "用云南统一登录登录" }).click();
  await page.waitForURL((at) => at.pathname === "/in");
  await page.getByRole("link", { name: "以李教体的身份继续" }).click();
  await page.waitForURL((at) => at.pathname !== "/in");
}

async function enter(page, secret) {
  await page.goto("/sign-on/new");
  if (path(page) === "/account/confirm") await confirm(page);
  await page.locator('input[name="name"]').fill("云南统一登录");
  await page.locator('input[name="issuer"]').fill(platform.issuer);
  await page.locator('input[name="client"]').fill(CLIENT);
  await page.locator('input[name="secret"]').fill(secret);
  await page.locator('textarea[name="factors"]').fill("amr=mfa");
  await button(page, "登记").click();
  await page.waitForURL((at) => at.pathname === "/sign-on");
}

test("one enters and tries it, another opens it", async () => {
  const stranger = await nobody();
  await stranger.page.goto("/sign-in");
  assert.equal(await stranger.page.getByRole("link", { name: /统一登录/ }).count(), 0, "off by default");

  const admin = await as("admin", { fresh: true });
  await faultless(admin.page, admin.watch, ["/sign-on"]);
  await enter(admin.page, "a-wrong-secret");
  await faultless(admin.page, admin.watch, ["/sign-on", "/sign-on/new"]);
  await admin.page.goto("/sign-on");
  await proved(admin.page, () => button(admin.page, "试连").click());
  assert.match(await text(admin.page), /不通.*平台不认应用编号或密钥/s);
  await proved(admin.page, async () => {
    await button(admin.page, "停用").click();
    await admin.page.locator("dialog").getByRole("button", { name: "停用" }).click();
  });
  await enter(admin.page, SECRET);
  await proved(admin.page, () => button(admin.page, "试连").click());
  assert.match(await text(admin.page), /平台的说明、公钥、应用编号和密钥都对/);
  assert.ok(!(await admin.page.content()).includes(SECRET), "the secret is not shown again");
  assert.equal(await admin.page.getByRole("button", { name: "核对无误，启用" }).count(), 0, "not by who entered it");

  const security = await as("security", { fresh: true });
  await security.page.goto("/sign-on");
  await proved(security.page, () => button(security.page, "核对无误，启用").click());
  assert.match(await text(security.page), /已启用/);
  await faultless(security.page, security.watch, ["/sign-on"]);
  for (const one of [stranger, admin, security]) await one.window.close();
});

test("nobody gets an account; two link one, and its owner signs in", async () => {
  const { window, page, watch } = await nobody({ width: 390 });
  await faultless(page, watch, ["/sign-in"]);
  watch.expect(403);
  await byPlatform(page);
  assert.match(await text(page), /还没有关联.*告诉本单位管理员/s);
  const code = (await page.locator("#link-code").innerText()).trim();
  assert.match(code, /^[A-Z2-9]{4}-[A-Z2-9]{4}$/);
  watch.take();

  const keeper = await as("ub", { fresh: true });
  await keeper.page.goto("/accounts?q=bureau");
  await keeper.page.locator("main table a").filter({ hasNotText: "取消" }).first().click();
  await keeper.page.waitForURL(/\/accounts\/.+/);
  const account = path(keeper.page);
  await keeper.page.locator('input[name="code"]').fill(code.toLowerCase());
  await proved(keeper.page, () => button(keeper.page, "提出关联").click());
  assert.match(await text(keeper.page), /等负责人批准/);
  await faultless(keeper.page, keeper.watch, [account, "/accounts/sign-on"]);

  const leader = await as("lb", { fresh: true });
  await faultless(leader.page, leader.watch, ["/accounts/sign-on"]);
  assert.match(await text(leader.page), /李教体/);
  await button(leader.page, "批准").click();
  await leader.page.waitForLoadState();
  assert.match(await text(leader.page), /没有等待批准的关联/);

  await byPlatform(page);
  assert.equal(path(page), "/");
  assert.match(await page.locator("body").innerText(), /教体局/);
  await faultless(page, watch, ["/", "/account"]);

  // Whoever signs out is told that the platform has not.
  await page.evaluate(() => {
    const form = document.createElement("form");
    Object.assign(form, { method: "post", action: "/sign-out" });
    document.body.append(form);
    form.submit();
  });
  await page.waitForURL((at) => at.pathname === "/sign-out");
  assert.match(await text(page), /可能还登录着/);
  assert.equal(await page.getByRole("link", { name: "退出平台" }).getAttribute("href"), `${platform.issuer}/out`);

  const auditor = await as("auditor", { fresh: true });
  await faultless(auditor.page, auditor.watch, ["/sign-ins"]);
  assert.match(await text(auditor.page), /统一登录通过，没有关联账号/);
  for (const one of [keeper, leader, auditor, { window }]) await one.window.close();
});

test("what is not right opens nothing, and what is closed is closed", async () => {
  const { window, page, watch } = await nobody();
  for (const [wrong, words] of [
    [{ head: { alg: "none" } }, /签名算法/],
    [{ body: { nonce: "another" } }, /nonce/],
    [{ body: { aud: "another" } }, /aud/],
    [{ body: { exp: 1 } }, /过了期/],
  ]) {
    platform.wrong = wrong;
    watch.expect(422);
    await byPlatform(page);
    assert.match(await text(page), words);
    assert.equal(path(page), "/sign-in/platform/back");
  }
  // The same address once more is used up.
  await byPlatform(page);
  assert.equal(path(page), "/");
  watch.take();

  const admin = await as("admin", { fresh: true });
  await admin.page.goto("/sign-on");
  await proved(admin.page, async () => {
    await button(admin.page, "停用").click();
    await admin.page.locator("dialog").getByRole("button", { name: "停用" }).click();
  });
  await page.goto("/account");
  assert.equal(path(page), "/sign-in", "signed out");
  assert.equal(await page.getByRole("link", { name: /统一登录/ }).count(), 0);
  await admin.window.close();
  await window.close();
});
