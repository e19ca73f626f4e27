// Walks every journey through a demo county in Chromium, and sees that the server's log names nobody.
// usage: run.mjs [PART-OF-A-FILE-NAME …]    Exit 0: all of it passed. BAOXUE_URL: walk through a server that runs.

import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { PASSWORD, withCounty } from "./county.mjs";

const here = import.meta.dirname;
const asked = process.argv.slice(2);
const wanted = (name) => !asked.length || asked.some((part) => name.includes(part));

/** Node's own test runner, one file after the other: there is one county, and two cores. */
function tests(files, env = {}) {
  const runner = spawn(process.execPath, ["--test", "--test-concurrency=1", "--test-timeout=600000", "--test-reporter=spec", ...files], {
    stdio: "inherit", cwd: here, env: { ...process.env, ...env },
  });
  return new Promise((resolve) => runner.once("close", (code) => resolve(code === 0)));
}

let passed = true;
if (wanted("checks.test.mjs")) passed = await tests(["checks.test.mjs"]);
const journeys = readdirSync(path.join(here, "journeys")).filter((name) => name.endsWith(".test.mjs") && wanted(name)).sort()
  .map((name) => path.join("journeys", name));
if (journeys.length) {
  await withCounty(async ({ url, home, begun, stop }) => {
    const env = { BAOXUE_URL: url, BAOXUE_PASSWORD: PASSWORD, BAOXUE_HOME: home, BAOXUE_BEGUN: String(begun) };
    passed = await tests(journeys, env) && passed;
    const log = await stop();
    if (log && !asked.length) passed = await tests(["canary.test.mjs"], { ...env, BAOXUE_LOG: log }) && passed;
  });
}
process.exit(passed ? 0 : 1);
