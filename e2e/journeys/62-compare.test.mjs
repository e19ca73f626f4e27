// The comparison from the lists to a decision with one key: choosing, a wrong list refused at its slot, what can be compared
// and what not, the run in the background, what came out and what changed, files by right, all at once (issue 3, 9; 五(四)).

import { after, before, test } from "node:test";
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { as, close, confirm, faultless } from "../scene.mjs";
import { PROGRAM } from "../server.mjs";

const here = (page) => new URL(page.url()).pathname;
const folder = mkdtempSync(path.join(tmpdir(), "baoxue-lists-"));
const list = (name) => path.join(folder, `${name}.csv`);

/** The program that serves the county also writes the lists of another, invented by the same generator. */
function program() {
  const found = [PROGRAM, PROGRAM.replace(/release(?=[^/]*\/[^/]*$)/, "debug")].find((one) => existsSync(one));
  assert.ok(found, `no ${PROGRAM}`);
  return found;
}

before(() => execFileSync(program(), ["synth", "--children", "300", "--seed", "7", "--out", folder, "--format", "csv"], { stdio: "ignore" }));
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await close();
});

/** Opens a slot and hands a file in. */
async function upload(page, slot, file) {
  const row = page.locator("tr", { has: page.locator(`#slot-${slot}`) });
  const details = row.locator("details");
  if (await details.getAttribute("open") === null) await details.locator("summary").click();
  await row.locator('input[type="file"]').setInputFiles(file);
  await row.getByRole("button", { name: /^上传.*名单$/ }).click();
  await page.waitForLoadState("networkidle");
}

/** Opens a slot and takes what lies ready there: a file from before, or the ledger. */
async function take(page, slot, what) {
  const row = page.locator("tr", { has: page.locator(`#slot-${slot}`) });
  const details = row.locator("details");
  if (await details.getAttribute("open") === null) await details.locator("summary").click();
  const choice = row.locator('select[name="earlier"]');
  const label = (await choice.locator("option").allInnerTexts()).find((text) => what.test(text));
  assert.ok(label, `${what} lies ready`);
  await choice.selectOption({ label });
  await row.getByRole("button", { name: /^用这份.*名单$/ }).click();
  await page.waitForLoadState("networkidle");
  return row;
}

/** Waits until the run on the page is over. */
async function over(page) {
  for (let tries = 0; tries < 120; tries += 1) {
    await page.reload({ waitUntil: "networkidle" });
    if (!/比对完以前/.test(await page.locator("main").innerText())) return;
  }
  assert.fail("the run does not end");
}

test("from the lists to a decision with one key", async () => {
  const { window, page, watch } = await as("bureau");
  await page.goto("/comparison");
  await page.getByRole("link", { name: "选名单、比对" }).click();
  await page.waitForURL(/\/comparison\/[^/]+\/lists/);
  const lists = here(page);
  assert.equal(await page.getByRole("button", { name: "开始比对" }).count(), 0, "not without lists");
  await faultless(page, watch, [lists]);

  // A list in the wrong slot is refused there, with where it belongs.
  await page.goto(lists);
  watch.expect(422);
  await upload(page, "household", list("roll"));
  assert.match(await page.locator("#slot-household-err").innerText(), /像是学籍名单，不是户籍名单/);
  watch.expect();
  for (const [slot, name] of [["household", "household"], ["roll", "roll"], ["present", "present"], ["poverty", "poverty"], ["外出就读", "elsewhere"]]) {
    await upload(page, slot, list(name));
    assert.match(await page.locator("main").innerText(), new RegExp(`${name}\\.csv`));
  }
  const ready = await page.locator("main").innerText();
  assert.match(ready, /行要改正/);
  assert.doesNotMatch(ready, /看不出谁没到校/);
  for (const width of [1440, 390]) {
    const other = await as("bureau", { width });
    await faultless(other.page, other.watch, [lists]);
    await other.window.close();
  }

  // The county's own ledger is one of the lists, as it is now; and what lay there before is taken again.
  await page.goto(lists);
  const row = await take(page, "household", /^本县适龄儿童台账/);
  assert.match(await row.innerText(), /本县适龄儿童台账[\s\S]*\d,?\d{3}/);
  assert.equal(await row.getByRole("link", { name: /要改正的行/ }).count(), 0, "its faults are put right in the ledger");
  await faultless(page, watch, [lists]);
  await page.goto(lists);
  assert.match(await (await take(page, "household", /^household\.csv/)).innerText(), /household\.csv/);

  await page.goto(lists);
  await page.getByRole("button", { name: "开始比对" }).click();
  await page.waitForURL(/\/comparison\/runs\//);
  const run = here(page);
  await over(page);
  const result = await page.locator("main").innerText();
  assert.match(result, /比对完了/);
  assert.match(result, /新发现/);
  for (const width of [1440, 390]) {
    const other = await as("bureau", { width });
    await faultless(other.page, other.watch, [run, "/comparison"]);
    await other.window.close();
  }

  // The same click once more leads to the same run.
  await page.goto(lists);
  await page.getByRole("button", { name: "开始比对" }).click();
  await page.waitForURL(/again=1/);
  assert.equal(here(page), run);

  // A number opens the names behind it; one of them is decided with one key.
  await page.locator("td[data-label=新发现] a").first().click();
  await page.waitForURL(/change=fresh/);
  await page.locator("main table a[data-row]").first().click();
  await page.waitForURL(/\/findings\/[0-9a-f-]{36}/);
  const finding = here(page);
  await page.keyboard.press("1");
  await page.waitForURL((at) => at.pathname !== finding);
  await page.goto(finding);
  const decided = await page.locator("main").innerText();
  assert.match(decided, /认定：/);
  assert.match(decided, /疑似辍学/);
  const child = page.getByRole("link", { name: "孩子档案" });
  assert.equal(await child.count(), 1, "a suspected child stands in the ledger");
  await child.click();
  await page.waitForURL(/\/children\//);
  // The decision has opened its case, and the file says whose move it is, 五(十).
  assert.match(await page.locator("main").innerText(), /轮到：县教体局\s+确定劝返主体，下发劝返指令/);
  assert.deepEqual(watch.take(), []);
  await window.close();
});

test("what the run wrote is taken along by right only", async () => {
  const { window, page } = await as("bureau", { fresh: true });
  await page.goto("/comparison");
  await page.locator("main a[href^='/comparison/runs/']").first().click();
  await page.waitForURL(/\/comparison\/runs\//);
  const run = here(page);
  // Signing in by password alone is no proof (ADR 0007): it is asked for, and leads back to the run.
  await page.getByRole("link", { name: "findings.xlsx" }).click();
  await page.waitForURL(/\/account\/confirm/);
  await confirm(page);
  assert.equal(here(page), run);
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "findings.xlsx" }).click()]);
  assert.equal(download.suggestedFilename(), "findings.xlsx");
  const township = await as("township");
  await township.page.goto("/comparison");
  assert.equal(await township.page.locator("main a[href^='/comparison/runs/']").count(), 0);
  township.watch.expect(404);
  assert.equal((await township.page.goto(here(page))).status(), 404);
  await township.window.close();
  await window.close();
});

test("all that a filter finds is handed over at once", async () => {
  const { window, page, watch } = await as("bureau");
  await page.goto("/findings?state=open&kind=not_on_roll");
  await page.getByRole("link", { name: "批量办理" }).click();
  await page.waitForURL(/\/findings\/bulk/);
  await faultless(page, watch, [`${here(page)}?state=open&kind=not_on_roll`]);
  await page.goto("/findings/bulk?state=open&kind=not_on_roll");
  const village = page.locator("label.pick", { hasText: "所在村" });
  const count = Number(/(\d+) 条/.exec(await village.innerText())[1]);
  assert.ok(count > 0);
  await village.locator("input").check({ force: true });
  await page.getByRole("button", { name: "全部交办" }).click();
  await page.waitForURL(/assigned=/);
  assert.match(await page.locator("main").innerText(), new RegExp(`已经交办 ${count} 条`));
  await page.getByRole("link", { name: "看核查中的" }).click();
  await page.waitForURL(/state=assigned/);
  await page.getByRole("button", { name: /^催办/ }).click();
  await page.waitForURL(/reminded=/);
  await page.goto("/comparison");
  assert.match(await page.locator("main").innerText(), /还差/);
  const small = await as("bureau", { width: 390 });
  await faultless(small.page, small.watch, ["/comparison", "/findings/bulk"]);
  await small.window.close();
  assert.deepEqual(watch.take(), []);
  await window.close();
});
