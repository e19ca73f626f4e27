import { launch } from "./browser.mjs";
import { readdirSync, writeFileSync } from "node:fs";
const [folder, suffix, width, per, out] = process.argv.slice(2);
const files = readdirSync(folder).filter((f) => f.endsWith(suffix)).sort();
const browser = await launch();
let n = 0;
for (let i = 0; i < files.length; i += Number(per)) {
  const part = files.slice(i, i + Number(per));
  const html = `<body style="margin:4px;background:#888;display:flex;flex-wrap:wrap;gap:6px;font:12px sans-serif">${part.map((f) => `<div style="width:${width}px"><div style="background:#ff8">${f}</div><div style="height:${width === "250" ? 560 : 520}px;overflow:hidden"><img src="file://${folder}/${f}" style="width:${width}px"></div></div>`).join("")}</body>`;
  writeFileSync("/tmp/sheet.html", html);
  const page = await browser.newPage({ viewport: { width: 1560, height: 900 } });
  await page.goto("file:///tmp/sheet.html");
  await page.screenshot({ path: `${out}-${n++}.png`, fullPage: true });
  await page.close();
}
console.log(n);
await browser.close();
