// Lighthouse on the ten main pages: accessibility and best practices must be 100. Prints a table.
// usage: lighthouse.mjs [PART-OF-A-PAGE'S-NAME …]

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import lighthouse from "lighthouse";
import { launchWithProfile } from "./browser.mjs";
import { PASSWORD, withCounty } from "./county.mjs";
import { addressOf, MAIN } from "./pages.mjs";
import { fillIn } from "./sign-in.mjs";

const CATEGORIES = ["accessibility", "best-practices"];
const parts = process.argv.slice(2);

const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});

/** Scores of 0 to 100 and what costs them, of one page in a browser that is signed in. */
async function look(address, port) {
  const { lhr } = await lighthouse(address, {
    port, onlyCategories: CATEGORIES, disableStorageReset: true, logLevel: "error", formFactor: "mobile",
    screenEmulation: { mobile: true, width: 390, height: 844, deviceScaleFactor: 2, disabled: false },
    throttlingMethod: "provided",
  });
  if (lhr.runtimeError) throw new Error(`${address}: ${lhr.runtimeError.message}`);
  const lost = CATEGORIES.flatMap((category) => lhr.categories[category].auditRefs
    .map(({ id, weight }) => ({ ...lhr.audits[id], weight }))
    .filter(({ weight, score }) => weight > 0 && score !== null && score < 1)
    .map(({ id, title, details }) => `${id}: ${title} ${JSON.stringify(details?.items?.slice(0, 2) ?? [])}`));
  return { scores: CATEGORIES.map((category) => Math.round(lhr.categories[category].score * 100)), lost, at: lhr.finalDisplayedUrl };
}

let failed = false;
await withCounty(async ({ url }) => {
  console.log("| page | accessibility | best practices |\n|---|---|---|");
  const spots = MAIN.filter(({ name }) => !parts.length || parts.some((part) => name.includes(part)));
  for (const role of new Set(spots.map((spot) => spot.role))) {
    const profile = mkdtempSync(path.join(tmpdir(), "baoxue-profile-"));
    const port = await freePort();
    const window = await launchWithProfile(profile, url, [`--remote-debugging-port=${port}`]);
    try {
      if (role) await fillIn(await window.newPage(), role, PASSWORD);
      for (const spot of spots.filter((each) => each.role === role)) {
        const wanted = new URL(await addressOf(window, spot), url);
        const { scores, lost, at } = await look(wanted.href, port);
        const elsewhere = new URL(at).pathname !== wanted.pathname;
        failed ||= elsewhere || scores.some((score) => score < 100);
        console.log(`| ${spot.name} | ${scores.join(" | ")} |${elsewhere ? ` ended at ${at}` : ""}`);
        for (const line of lost) console.log(`    ${line}`);
      }
    } finally {
      await window.close();
      rmSync(profile, { recursive: true, force: true });
    }
  }
});
process.exit(failed ? 1 : 0);
