// 结对包保 (issue 5, 3): a township pairs a child with a cadre; the cadre visits at 390 px without a network, mends what is refused and
// sends it; the case has it, without the place of the photograph; then the post is handed over and the child with it
// (五(六); 未成年人保护法第十一条、第十九条; hazards E08, H06, H07, C14, A19).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless, PASSWORD, remember } from "../scene.mjs";

after(close);

const PHONE = { width: 390 };
const townships = ["township", ...Array.from({ length: 8 }, (_, at) => `x${at + 1}`)];
const leaders = Array.from({ length: 8 }, (_, at) => `lx${at + 1}`);
const CHILD = /^\/children\/[0-9a-f-]{36}\/visit$/;

let child = "";
let name = "";
let path = "";
let town = "";
let post = "";
let cadre = "";

const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));
const next = (page) => page.locator("section.next").innerText();

/** Everything that the browser keeps for the site, as text. */
async function kept(page) {
  return page.evaluate(async () => {
    const text = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const { name: base } of await indexedDB.databases()) {
      const open = await new Promise((resolve) => { indexedDB.open(base).onsuccess = (event) => resolve(event.target.result); });
      for (const store of open.objectStoreNames) {
        const rows = await new Promise((resolve) => {
          open.transaction(store).objectStore(store).getAll().onsuccess = (event) => resolve(event.target.result);
        });
        for (const row of rows) {
          text.push(JSON.stringify(row));
          for (const value of Object.values(row)) {
            if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) text.push(new TextDecoder("utf-8", { fatal: false }).decode(value));
          }
        }
      }
      open.close();
    }
    for (const cache of await caches.keys()) {
      const one = await caches.open(cache);
      for (const request of await one.keys()) text.push(await (await one.match(request)).text());
    }
    return text.join("\n");
  });
}

/** A photograph as a camera makes it: a real picture with a place in its file. */
async function camera(page) {
  const plain = Buffer.from(await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [3000, 2000];
    const pen = canvas.getContext("2d");
    pen.fillStyle = "#7a6";
    pen.fillRect(0, 0, 3000, 2000);
    const blob = await new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", 0.9); });
    return [...new Uint8Array(await blob.arrayBuffer())];
  }));
  // 25°2'24" N, 100°30'36" E, as Exif has it: a list with the list of the place, whose four entries point at three fractions each.
  const tiff = Buffer.alloc(128);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  const entry = (at, tag, type, count, value) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  tiff.writeUInt16LE(1, 8);
  entry(10, 0x8825, 4, 1, 26);
  tiff.writeUInt16LE(4, 26);
  entry(28, 1, 2, 2, "N".charCodeAt(0));
  entry(40, 2, 5, 3, 80);
  entry(52, 3, 2, 2, "E".charCodeAt(0));
  entry(64, 4, 5, 3, 104);
  [25, 2, 24, 100, 30, 36].forEach((value, at) => {
    tiff.writeUInt32LE(value, 80 + at * 8);
    tiff.writeUInt32LE(1, 84 + at * 8);
  });
  const place = Buffer.concat([Buffer.from("Exif\0\0"), tiff]);
  const size = Buffer.alloc(2);
  size.writeUInt16BE(place.length + 2);
  return Buffer.concat([plain.subarray(0, 2), Buffer.from([0xff, 0xe1]), size, place, plain.subarray(2)]);
}

test("the township pairs: somebody else, and back; who was not visited in time is on the board", async () => {
  const own = await as("cadre", { fresh: true, width: 1440 });
  cadre = (await own.page.locator("header .who").innerText()).trim();
  await own.page.goto("/visits");
  [path] = await links(own.page, "/cases/");
  child = (await links(own.page, "/children/")).find((href) => CHILD.test(href)).replace("/visit", "");
  name = (await own.page.locator("main li b a").first().innerText()).trim();
  await faultless(own.page, own.watch, ["/visits", "/pairs"]);
  await own.window.close();
  for (const who of townships) {
    const scene = await as(who, { fresh: true, width: 1440 });
    scene.watch.expect(404);
    const answer = await scene.page.goto(`${child}/pair`);
    scene.watch.take();
    if (answer.status() === 200) town = who;
    await scene.window.close();
    if (town) break;
  }
  assert.ok(town, "a township answers for the child");
  const { window, page, watch } = await as(town, { fresh: true, width: 1440 });
  await page.goto(`${child}/pair`);
  await remember(page);
  assert.match(await page.locator("main").innerText(), new RegExp(`现在谁包保\\s+${cadre}`));
  // To somebody else, with a reason, so that the way back is walked, too.
  const pick = async (field, why) => {
    await field.check();
    await page.locator('input[name="why"]').fill(why);
    await Promise.all([page.waitForNavigation(), page.getByRole("button", { name: "换人" }).click()]);
  };
  await pick(page.locator("label.pick", { hasNotText: cadre }).first().locator("input"), "驻村离得远，换人");
  assert.doesNotMatch(await page.locator("main").innerText(), new RegExp(`现在谁包保\\s+${cadre}`));
  post = await page.locator("label.pick", { hasText: cadre }).first().locator("input").getAttribute("value");
  await pick(page.locator(`label.pick input[value="${post}"]`), "家长熟悉他，换回来");
  assert.match(await page.locator("main").innerText(), new RegExp(`现在谁包保\\s+${cadre}`));
  await page.goto(path);
  assert.match(await page.locator("main").innerText(), new RegExp(`结对包保\\s+${cadre}`));
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, [path, child, `${child}/pair`, "/pairs", "/pairs?show=paired", "/pairs?show=people", "/"]);
  }
  await window.close();
  const bureau = await as("bureau", { width: 1440 });
  await bureau.page.goto("/pairs?show=late");
  assert.match(await bureau.page.locator("main table").innerText(), /超期 \d+ 天/);
  await faultless(bureau.page, bureau.watch, ["/pairs", "/pairs?show=late"]);
  await bureau.window.close();
});

test("at the door without a network: kept sealed, mended, sent, and the case has it", async () => {
  const { window, page, watch } = await as("cadre", { ...PHONE, fresh: true });
  await page.goto("/");
  assert.ok((await page.locator("main").innerText()).includes(name), "the page of today says so");
  await faultless(page, watch, ["/visits", `${child}/visit`]);
  const photograph = await camera(page);
  await page.goto("/visits");
  assert.match(await page.locator("main").innerText(), new RegExp(`${name}[\\s\\S]*再次劝返并记录`));
  await page.goto("/register/phone");
  await page.locator('[data-part="off"] input[type="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "开通" }).click();
  await page.locator('[data-part="open"]').waitFor();
  await page.waitForFunction(() => navigator.serviceWorker.controller);
  const sealed = await kept(page);
  assert.ok(sealed.length > 1000 && !sealed.includes(name), "nobody's name lies open on the phone");

  await window.setOffline(true);
  await page.goto("/visits");
  await page.locator('[data-part="locked"] input[type="password"]').fill(PASSWORD);
  await page.getByRole("button", { name: "打开" }).click();
  const stop = page.locator("[data-stops] li", { hasText: name });
  assert.match(await stop.innerText(), /再次劝返并记录/);
  assert.ok(await stop.locator("a[href^='tel:']").count(), "whom to ring up, without a network, too");
  await stop.getByRole("button", { name: "登记走访" }).click();
  const form = page.locator('[data-part="visit"] form');
  await form.getByLabel("家长和孩子都见到了").check();
  await form.getByLabel("见到了谁").selectOption({ index: 3 });
  await form.getByLabel("孩子自己怎么说").fill("数学跟不上，想和同学在一起");
  await form.locator("#family_said").fill("祖母说父母在广东，管不住");
  await form.getByLabel("哪天去的").fill("2027-11-23");
  await form.getByLabel("下次哪天去").fill("2026-11-26");
  await form.locator('input[type="file"]').setInputFiles({ name: "IMG.jpg", mimeType: "image/jpeg", buffer: photograph });
  await form.locator("[data-shrunk]", { hasText: "位置已去掉" }).waitFor();
  assert.ok(!(await form.getByLabel("另外留下拍摄位置").isChecked()), "the place is kept by nobody's silence");
  await form.getByLabel("另外留下拍摄位置").check();
  await form.getByRole("button", { name: "保存" }).click();
  await page.locator("[data-queue] li").waitFor();
  assert.match(await page.locator("[data-queue]").innerText(), new RegExp(`${name}[\\s\\S]*都见到了[\\s\\S]*只在这部手机上`));
  const waiting = await kept(page);
  assert.ok(!waiting.includes(name) && !waiting.includes("数学跟不上"), "what waits is sealed, too");

  // Back on line: the phone's clock was a year off. The visit stays, says why, and is mended.
  await window.setOffline(false);
  await page.goto("/register/phone");
  await page.locator("[data-queue] .late").waitFor();
  assert.match(await page.locator("[data-queue]").innerText(), /日期在今天以后/);
  await page.getByRole("button", { name: "打开改" }).click();
  assert.equal(await form.getByLabel("孩子自己怎么说").inputValue(), "数学跟不上，想和同学在一起");
  assert.match(await form.locator("[data-shrunk]").innerText(), /位置已去掉/);
  await form.getByLabel("哪天去的").fill("2026-11-23");
  await form.getByRole("button", { name: "保存" }).click();
  await page.locator("[data-nothing]:visible").waitFor();

  await page.goto(path);
  const told = await page.locator("main").innerText();
  for (const said of ["家长和孩子都见到了", "孩子说：数学跟不上，想和同学在一起", "家长说：祖母说", "约定2026-11-26再去", "拍照位置（北纬、东经）：25.04000,100.51000"]) assert.ok(told.includes(said), said);
  assert.match(await next(page), /再次劝返并记录[\s\S]*2026年11月26日/);
  const picture = await page.locator("main a[href$='/photo']").first().getAttribute("href");
  const bytes = Buffer.from(await page.evaluate(async (address) => [...new Uint8Array(await (await fetch(address)).arrayBuffer())], picture));
  assert.ok(bytes.subarray(0, 2).equals(Buffer.from([0xff, 0xd8])) && bytes.length < 400000, "a small picture");
  assert.ok(!bytes.includes("GPS") && !bytes.includes("Exif"), "and no place in it");

  // A visit that failed, on line, with its next day; then signing out takes everything from the phone.
  await page.goto(`${child}/visit`);
  await page.getByLabel("家里没人").check();
  await page.getByLabel("下次哪天去").fill("2026-11-24");
  await page.getByRole("button", { name: "保存" }).click();
  await page.waitForURL(/\/cases\//);
  assert.match(await next(page), /2026年11月24日/);
  await page.locator("details.menu summary").click();
  await page.locator('form[action="/sign-out"] button').click();
  await page.waitForURL(/sign-in/);
  assert.ok(!(await kept(page)).includes(name));
  assert.equal((await page.evaluate(() => indexedDB.databases())).length, 0, "nothing is left");
  await window.close();
});

test("the post is handed over, and the child with it", async () => {
  let sheet = "";
  for (const who of leaders) {
    const { window, page, watch } = await as(who, { fresh: true, width: 1440 });
    watch.expect(404);
    const answer = await page.goto(`/posts/${encodeURIComponent(post)}/hand-over`);
    watch.take();
    if (answer.status() === 200) {
      assert.ok((await page.locator("main").innerText()).includes(`${name}：结对包保`), "the pairing is among what is open");
      await faultless(page, watch, [new URL(page.url()).pathname]);
      await page.goto(`/posts/${encodeURIComponent(post)}/hand-over`);
      await page.locator('input[name="reason"]').fill("调离");
      const follower = page.locator('select[name="to"] option[value]:not([value=""])').last();
      await page.locator('select[name="to"]').selectOption(await follower.getAttribute("value"));
      await page.locator("main form button").click();
      await page.waitForURL(/\/hand-overs\//);
      sheet = await page.locator("main").innerText();
      await faultless(page, watch, [new URL(page.url()).pathname]);
    }
    await window.close();
    if (sheet) break;
  }
  assert.ok(sheet.includes(`${name}：结对包保`), "it stands on the sheet");
  const { window, page } = await as(town, { fresh: true, width: 390 });
  await page.goto(`${child}/pair`);
  const now = await page.locator("main").innerText();
  assert.match(now, /现在谁包保/);
  assert.ok(!now.split("谁来包保")[0].includes(cadre), "the successor has the child");
  await window.close();
});
