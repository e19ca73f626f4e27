import { launch, newWindow } from "./browser.mjs";
import { fillIn } from "./sign-in.mjs";
const [url, role, out, ...paths] = process.argv.slice(2);
const browser = await launch();
for (const width of [1440, 390]) {
  const window = await newWindow(browser, { url, width });
  const page = await window.newPage();
  if (role !== "-") await fillIn(page, role, "Mu-guo-cha-2026");
  let n = 0;
  for (const p of paths) { await page.goto(url + p, { waitUntil: "networkidle" }); await page.screenshot({ path: `${out}-${n++}-${width}.png`, fullPage: true }); }
  await window.close();
}
await browser.close();
