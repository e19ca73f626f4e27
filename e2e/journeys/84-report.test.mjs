// The written report (issue 4, 5): the head verifies and reports, the township opens it and takes PDF and DOCX along; what was
// made is listed with its digest; a sign of harm is passed on and leaves no trace where it was reported (五(九); 未成年人保护法 11, 28).

import { readFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, confirm, faultless, remember } from "../scene.mjs";

after(close);

const links = (page, start) => page.locator(`main a[href^='${start}']`).evaluateAll((all) => all.map((one) => one.getAttribute("href")));

/** The first of these people who may see the page. */
async function whoSees(names, address) {
  for (const name of names) {
    const scene = await as(name, { fresh: true });
    scene.watch.expect(404);
    const answer = await scene.page.goto(address);
    scene.watch.take();
    if (answer.status() === 200) return scene;
    await scene.window.close();
  }
  return assert.fail(`nobody of ${names} sees it`);
}

/** A head with a suspect that is not reported yet: opens the page of its absence. */
async function toReport() {
  // Which head it is differs from one demo to the next: rows of one day stand in the order of their ids.
  for (const name of ["head", ...Array.from({ length: 20 }, (_, at) => `h${at + 1}`)]) {
    const scene = await as(name, { fresh: true });
    await scene.page.goto("/suspects");
    for (const href of await links(scene.page, "/children/")) {
      await scene.page.goto(href.includes("/absence") ? href : `${href.split("?")[0]}/absence`);
      await remember(scene.page);
      if (await scene.page.getByRole("button", { name: "核证并上报" }).count()) return scene;
    }
    await scene.window.close();
  }
  return assert.fail("no suspect waits for its head");
}

let report = "";

test("the head verifies and reports", async () => {
  const { window, page, watch } = await toReport();
  await page.locator('select[name="whereabouts"]').first().selectOption({ index: 1 });
  await page.locator('select[name="cause"]').first().selectOption({ index: 1 });
  await page.locator('textarea[name="evidence"]').fill("班主任昨天家访，祖母说孩子跟舅舅出门，下周回来");
  await page.getByRole("button", { name: "核证并上报" }).click();
  await page.locator("dialog[open]").getByRole("button", { name: "上报" }).click();
  await page.waitForURL(/\/reports\/[0-9a-f-]{36}$/);
  report = new URL(page.url()).pathname;
  assert.match(await page.locator("h1").locator("xpath=..").innerText(), /〔\d{4}〕\d+号/);
  assert.match(await page.locator("main").innerText(), /政府救助平台[\s\S]*录入表/, "the platform's row is there by itself");
  await faultless(page, watch, [report]);
  await window.close();
});

test("the township takes it along as PDF and DOCX", async () => {
  const names = ["township", ...Array.from({ length: 8 }, (_, at) => `x${at + 1}`)];
  const { window, page, watch } = await whoSees(names, report);
  const take = async (name) => {
    const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    return readFileSync(await file.path());
  };
  // What leaves the house asks who takes it (ADR 0007); then it leads back.
  await page.goto(report);
  await page.getByRole("link", { name: "下载PDF" }).click();
  await page.waitForURL(/\/account\/confirm/);
  await confirm(page);
  assert.equal(new URL(page.url()).pathname, report);
  const pdf = await take("下载PDF");
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
  const docx = await take("下载DOCX");
  assert.equal(docx.subarray(0, 2).toString(), "PK");
  assert.deepEqual(await take("下载PDF"), pdf, "the same again");
  await page.reload();
  const digest = createHash("sha256").update(pdf).digest("hex");
  const listed = (await page.locator("main").innerText()).replaceAll(/\s/g, "");
  assert.ok(listed.includes(digest), "the list has the digest of the file");
  watch.take();
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 900 });
    await faultless(page, watch, ["/reports", report]);
  }
  await window.close();
});

test("a sign of harm is passed on, and is nowhere on the child's side", async () => {
  const { window, page, watch } = await as("teacher", { width: 390, fresh: true });
  await page.goto("/children");
  const [first] = await links(page, "/children/");
  assert.ok(first, "the class has pupils");
  const follow = `${first}/absence`;
  await page.goto(follow);
  await page.locator('input[name="way"]').first().check();
  await page.locator('select[name="outcome"]').selectOption("no_answer");
  const soon = await page.locator('input[name="next"]').getAttribute("min");
  await page.locator('input[name="next"]').fill(soon || "2026-11-25");
  await page.getByText("孩子可能受到伤害或者有危险").click();
  await page.locator('input[name="sign-injury"]').check();
  await page.locator('textarea[name="sign_note"]').fill("手臂有几处旧伤");
  await page.getByRole("button", { name: "保存" }).first().click();
  await page.waitForURL(/\/safeguarding\/passed/);
  assert.match(await page.locator("main").innerText(), /已转交[\s\S]*110/);
  await faultless(page, watch, ["/safeguarding/passed", follow]);
  assert.doesNotMatch(await page.locator("main").innerText(), /旧伤|保护线索/);
  watch.expect(404);
  assert.equal((await page.goto("/safeguarding")).status(), 404);
  await window.close();

  for (const width of [1440, 390]) {
    const police = await as("lpolice", { width, fresh: true });
    await police.page.goto("/safeguarding");
    const [one] = await links(police.page, "/safeguarding/");
    await faultless(police.page, police.watch, ["/safeguarding", one]);
    if (width === 390) {
      await police.page.goto(one);
      assert.match(await police.page.locator("main").innerText(), /旧伤/);
      await police.page.locator('textarea[name="done"]').fill("已派民警上门");
      await police.page.getByRole("button", { name: "签收" }).click();
      await police.page.waitForLoadState("networkidle");
      assert.match(await police.page.locator("main").innerText(), /已派民警上门/);
    }
    await police.window.close();
  }
});
