// Pictures of every page, wide and narrow, light and dark, for looking at, and of each what `checks.mjs` finds in both.
// usage: shots.mjs FOLDER [PART-OF-A-PAGE'S-NAME …]

import { mkdirSync } from "node:fs";
import path from "node:path";
import { launch, newWindow, WIDTHS } from "./browser.mjs";
import { standing } from "./checks.mjs";
import { PASSWORD, withCounty } from "./county.mjs";
import { addressOf, ALL } from "./pages.mjs";
import { fillIn } from "./sign-in.mjs";

const [folder, ...parts] = process.argv.slice(2);
if (!folder) {
  console.error("usage: shots.mjs FOLDER [PART-OF-A-PAGE'S-NAME …]");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

await withCounty(async ({ url }) => {
  const browser = await launch();
  const states = new Map();
  for (const spot of ALL.filter(({ name }) => !parts.length || parts.some((part) => name.includes(part)))) {
    if (spot.role && !states.has(spot.role)) {
      const window = await newWindow(browser, { url });
      await fillIn(await window.newPage(), spot.role, PASSWORD);
      states.set(spot.role, await window.storageState());
      await window.close();
    }
    for (const width of WIDTHS) {
      const window = await newWindow(browser, { url, width, state: states.get(spot.role) });
      const page = await window.newPage();
      try {
        await page.goto(await addressOf(window, spot), { waitUntil: "networkidle" });
        if (spot.opens) await page.locator(`[data-opens="${spot.opens}"]`).first().click();
        for (const colorScheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme });
          await page.screenshot({ path: path.join(folder, `${spot.name}-${width}-${colorScheme}.png`), fullPage: true });
        }
        for (const line of await standing(page)) {
          console.log(`  ${spot.name} at ${width} px: ${line}`);
          process.exitCode = 1;
        }
      } catch (error) {
        console.log(`  ${spot.name} at ${width} px: ${error.message.split("\n")[0]}`);
        process.exitCode = 1;
      }
      await window.close();
    }
    console.log(spot.name);
  }
  await browser.close();
});
