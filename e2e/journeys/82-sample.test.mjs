// 抽样考勤 (issue 4, 2): drawn, counted on a phone by a second person, and the name without a pupil is found; 点名时段 and 省系统考勤
// (issue 4, 6): what the province puts out is looked at, compared and decided (五(九); hazards B05, E12).

import { after, test } from "node:test";
import assert from "node:assert/strict";
import { as, close, faultless } from "../scene.mjs";

after(close);

const main = (page) => page.locator("main").innerText();

for (const width of [1440, 390]) {
  test(`the pages at ${width} px`, async () => {
    const bureau = await as("bureau", { width });
    await faultless(bureau.page, bureau.watch, ["/samples", "/calling", "/province", "/province/differences"]);
    await bureau.window.close();
    const head = await as("head", { width });
    await head.page.goto("/calling");
    await faultless(head.page, head.watch, [new URL(head.page.url()).pathname, "/province", "/province/differences", "/register"]);
    await head.window.close();
  });
}

test("drawn at a desk, counted on a phone, found on both", async () => {
  // The class of the teacher is called, with everybody there.
  const teacher = await as("teacher", { width: 390 });
  await teacher.page.goto("/register");
  await teacher.page.waitForURL(/\/register\/[^/?]+$/);
  const register = new URL(teacher.page.url()).pathname;
  const place = (await teacher.page.locator(".head p").innerText()).trim();
  const called = (await teacher.page.locator("h1").innerText()).trim();
  const submit = teacher.page.getByRole("button", { name: /提交/ });
  if (await submit.innerText() === "提交点名") {
    await submit.click();
    await teacher.page.waitForURL(/sent=/);
  }

  const desk = await as("bureau", { width: 1440 });
  await desk.page.goto("/samples");
  await desk.page.locator("#school").selectOption({ label: place });
  await desk.page.locator("#wanted").fill("50");
  await desk.page.getByRole("button", { name: "抽签" }).click();
  await desk.page.waitForURL(/\/samples\/[0-9a-f-]{36}$/);
  const sample = new URL(desk.page.url()).pathname;
  assert.match(await main(desk.page), /结果相同/);
  await faultless(desk.page, desk.watch, [sample]);

  const phone = await as("bureau", { width: 390 });
  await phone.page.goto(sample);
  await phone.page.getByRole("link", { name: new RegExp(called.replaceAll(/[()]/g, "\\$&")) }).first().click();
  await phone.page.waitForURL(/\/classes\//);
  await faultless(phone.page, phone.watch, [new URL(phone.page.url()).pathname]);
  const boxes = phone.page.locator('input[name="missing"]');
  const pupils = await boxes.count();
  const name = (await phone.page.locator(".tally .pick span").first().innerText()).trim();
  await boxes.first().check();
  await phone.page.locator("#seen").fill(String(pupils));
  await phone.page.getByRole("button", { name: "交清点结果" }).click();
  assert.match(await main(phone.page), /两个数对不上/);
  assert.ok(await boxes.first().isChecked(), "what was ticked stays");
  phone.watch.take();
  await phone.page.locator("#seen").fill(String(pupils - 1));
  await phone.page.getByRole("button", { name: "交清点结果" }).click();
  await phone.page.waitForURL(new RegExp(`${sample}$`));
  const found = await main(phone.page);
  assert.ok(found.includes("名在人不在") && found.includes(name), found);
  for (const side of [desk, phone]) await faultless(side.page, side.watch, [sample]);

  await teacher.page.goto(register);
  const told = await main(teacher.page);
  assert.ok(told.includes("抽样清点") && told.includes(name), told);
  await faultless(teacher.page, teacher.watch, [register]);
  for (const side of [desk, phone, teacher]) await side.window.close();
});

test("what the province puts out is compared and decided", async () => {
  const teacher = await as("teacher", { width: 390 });
  await teacher.page.goto("/register");
  await teacher.page.waitForURL(/\/register\/[^/?]+$/);
  const name = (await teacher.page.locator("[data-pupil] .who b").last().innerText()).trim();
  const [place, called] = [(await teacher.page.locator(".head p").innerText()).trim(), (await teacher.page.locator("h1").innerText()).trim()];
  await teacher.window.close();
  const { window, page, watch } = await as("head", { width: 1440 });
  await page.goto("/province");
  const rows = `日期,学校,班级,姓名,考勤类别,原因\n2026-11-23,${place},${called},${name},旷课,\n2026-11-23,${place},${called},${name}啊,旷课,\n`;
  await page.locator("#file").setInputFiles({ name: "省系统考勤.csv", mimeType: "text/csv", buffer: Buffer.from(rows) });
  await page.getByRole("button", { name: "上传" }).click();
  await page.waitForURL(/\/province\/[0-9a-f-]{36}/);
  const looked = await main(page);
  for (const said of ["待写入", "1 行要改正", name]) assert.ok(looked.includes(said), `${said}: ${looked}`);
  await faultless(page, watch, [new URL(page.url()).pathname]);
  await page.getByRole("button", { name: "写入" }).click();
  await page.getByText("已写入").first().waitFor();
  await page.goto("/province/differences");
  await page.locator("main summary").first().click();
  await page.locator('input[name="why"]').first().fill("班主任到教室看过");
  await faultless(page, watch, ["/province/differences"]);
  await page.locator("main summary").first().click();
  await page.locator('input[name="why"]').first().fill("班主任到教室看过");
  await page.getByRole("button", { name: "本系统对" }).first().click();
  await page.waitForURL(/\/province\/differences$/);
  await page.goto("/province/differences?state=ours");
  assert.ok((await main(page)).includes(name));
  await faultless(page, watch, ["/province/differences?state=ours", "/"]);
  await window.close();
});
