// 通知到人 (issue 5 item 9; 四(十四)): one enters a robot, another opens it, the group hears of it; what may not be reached is not (F08);
// whose turn it is stands in no message by name.

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { as, close, confirm, faultless } from "../scene.mjs";

const SECRET = "SEC-invented-for-the-journey";
const heard = [];
let robot;

before(async () => {
  robot = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => { body += part; });
    request.on("end", () => {
      heard.push({ url: new URL(request.url, "http://robot"), body });
      if (request.url.startsWith("/moved")) response.writeHead(302, { location: "http://169.254.169.254/" }).end();
      else response.setHeader("content-type", "application/json").end(JSON.stringify({ errcode: 0, errmsg: "ok" }));
    });
  });
  await new Promise((ready) => robot.listen(0, "127.0.0.1", ready));
});

after(async () => {
  await close();
  await new Promise((done) => robot.close(done));
});

const home = () => `http://127.0.0.1:${robot.address().port}`;
const path = (page) => new URL(page.url()).pathname;

/** Clicks a button of a channel's card; where identity is asked for first, proves it and clicks again. */
async function click(page, name, button) {
  const act = () => page.locator("main section, main .card").filter({ hasText: name }).getByRole("button", { name: button }).first().click();
  await act();
  await page.waitForLoadState();
  if (path(page) === "/account/confirm") {
    await confirm(page);
    await act();
    await page.waitForLoadState();
  }
}

async function enter(page, name, address) {
  await page.goto("/channels/new?kind=dingtalk");
  if (path(page) === "/account/confirm") await confirm(page);
  await page.locator('input[name="name"]').fill(name);
  const unit = page.locator('select[name="unit"]');
  await unit.selectOption(await unit.locator("option", { hasText: "南涧镇" }).first().getAttribute("value"));
  await page.locator('input[name="url"]').fill(address);
  await page.locator('input[name="secret"]').fill(SECRET);
  await page.getByRole("button", { name: "登记", exact: true }).click();
  await page.waitForURL(/\/channels($|#)/);
}

/** Reloads a page until it says so. */
async function until(page, address, words) {
  for (let turn = 0; turn < 60; turn += 1) {
    await page.goto(address);
    if (words.test(await page.locator("main").innerText())) return;
    await page.waitForTimeout(500);
  }
  assert.match(await page.locator("main").innerText(), words);
}

test("one enters a robot, another opens it, and the group hears of it", async () => {
  const admin = await as("admin", { fresh: true });
  await faultless(admin.page, admin.watch, ["/channels"]);
  await enter(admin.page, "南涧镇控辍保学群", `${home()}/robot/send?access_token=invented`);
  for (const kind of ["sms", "wecom", "dingtalk", "email", "webhook"]) {
    await faultless(admin.page, admin.watch, [`/channels/new?kind=${kind}`]);
  }
  await admin.page.goto("/channels");
  const text = await admin.page.locator("main").innerText();
  assert.match(text, /等另一人启用/);
  assert.ok(!text.includes("access_token") && !text.includes(SECRET), "neither key nor secret is shown");
  assert.equal(await admin.page.getByRole("button", { name: "核对无误，启用" }).count(), 0, "not by who entered it");

  const security = await as("security", { fresh: true });
  await security.page.goto("/channels");
  await click(security.page, "南涧镇控辍保学群", "核对无误，启用");
  await security.page.goto("/channels");
  assert.match(await security.page.locator("main").innerText(), /已启用/);

  await admin.page.goto("/channels");
  await click(admin.page, "南涧镇控辍保学群", "试发一条");
  await until(admin.page, "/channels", /最近一次\s*.*发出/);
  const { url, body } = heard.find((one) => one.url.pathname === "/robot/send");
  const millis = url.searchParams.get("timestamp");
  const wanted = createHmac("sha256", SECRET).update(`${millis}\n${SECRET}`).digest("base64");
  assert.equal(url.searchParams.get("sign"), wanted);
  assert.match(JSON.parse(body).text.content, /^【保学】这是一条测试消息/);
  await faultless(admin.page, admin.watch, ["/channels", "/outbox?state=sent", "/outbox?state=waiting"]);
  await admin.window.close();
  await security.window.close();
});

test("what may not be reached is not, and the record says why", async () => {
  const { window, page, watch } = await as("admin", { fresh: true, width: 390 });
  await enter(page, "内网地址", "http://10.0.0.8/robot/send?access_token=invented");
  await click(page, "内网地址", "试发一条");
  await enter(page, "会跳转的地址", `${home()}/moved?access_token=invented`);
  await click(page, "会跳转的地址", "试发一条");
  await until(page, "/outbox?state=dead", /没有跟过去/);
  const text = await page.locator("main").innerText();
  assert.match(text, /不在允许连接的范围内/);
  assert.ok(!text.includes("access_token"));
  await faultless(page, watch, ["/outbox?state=dead", "/channels"]);
  await window.close();
});

test("a key: asked for, approved by another, shown once, and good for its list alone", async () => {
  const { window, page, watch } = await as("security", { fresh: true });
  const proved = async (act) => {
    await act();
    await page.waitForLoadState();
    if (path(page) === "/account/confirm") {
      await confirm(page);
      await act();
      await page.waitForLoadState();
    }
  };
  await page.goto("/keys");
  await proved(async () => {
    await page.locator('input[name="name"]').fill("州级平台");
    await page.locator('textarea[name="purpose"]').fill("州教体局数据对接协议（编造）");
    const unit = page.locator('select[name="unit"]');
    await unit.selectOption(await unit.locator("option", { hasText: "南涧镇" }).first().getAttribute("value"));
    await page.locator('input[name="actions"][value="list_children"]').check();
    await page.locator('input[name="until"]').fill("2027-10-31");
    await page.getByRole("button", { name: "申请", exact: true }).click();
  });
  await faultless(page, watch, ["/keys"]);
  assert.equal(await page.getByRole("button", { name: "批准", exact: true }).count(), 0, "not by who asked");

  const leader = await as("lb", { fresh: true });
  await leader.page.goto("/keys");
  const approve = () => leader.page.getByRole("button", { name: "批准", exact: true }).first().click();
  await approve();
  await leader.page.waitForLoadState();
  if (path(leader.page) === "/account/confirm") {
    await confirm(leader.page);
    await approve();
    await leader.page.waitForLoadState();
  }
  await leader.window.close();

  await page.goto("/keys");
  await proved(() => page.getByRole("button", { name: "领取，只显示一次" }).first().click());
  const key = (await page.locator("main code").innerText()).trim();
  assert.match(key, /^bxk_/);
  const asked = async (address) => (await fetch(new URL(address, page.url()), { headers: { authorization: `Bearer ${key}` } })).status;
  assert.deepEqual([await asked("/api/v1/children"), await asked("/api/v1/audit"), await asked("/children")], [200, 404, 404]);
  await page.goto("/keys");
  assert.ok(!(await page.content()).includes(key));
  await window.close();
});

test("one's own ways, and nobody else finds the channels", async () => {
  for (const width of [1440, 390]) {
    const { window, page, watch } = await as("teacher", { fresh: true, width });
    await faultless(page, watch, ["/account", "/account/notify"]);
    assert.match(await page.locator("main").innerText(), /不写孩子的姓名/);
    for (const shut of ["/channels", "/outbox", "/keys"]) {
      watch.expect(404);
      assert.equal((await page.goto(shut)).status(), 404);
    }
    watch.take();
    await window.close();
  }
});
