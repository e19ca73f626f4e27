// Starts a server for the browser and stops it again. It knows the command line and nothing of the pages.

import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import path from "node:path";

/** The program that `make build` leaves, or the one that BAOXUE_PROGRAM names. */
export const PROGRAM = process.env.BAOXUE_PROGRAM ?? path.resolve(
  import.meta.dirname, "..", process.env.CARGO_TARGET_DIR ?? "target", "release", "baoxue");

/** Whatever the server may print before it listens, at most this long: milliseconds. */
const PATIENCE = 300_000;

/** Runs `baoxue demo` in `home` and answers when `/readyz` does. */
export function start({ home, password, children = 2000, seed = 1, today = "2026-11-23" }) {
  return run(home, [
    "demo", "--data", path.join(home, "county"), "--children", children, "--seed", seed, "--today", today,
    "--password", password,
  ]);
}

/** Runs `baoxue serve` in a folder of its own: the real thing, without anybody in it. */
export function serve({ home }) {
  return run(home, ["serve", "--data", path.join(home, "data")]);
}

/** A port that nobody has: the program is told its own address, since a platform's sign-in leads back to it. */
function freePort() {
  return new Promise((resolve, reject) => {
    const one = createServer();
    one.once("error", reject);
    one.listen(0, "127.0.0.1", () => {
      const { port } = one.address();
      one.close(() => resolve(port));
    });
  });
}

/** Everything that the server prints goes to `home/server.log`, which the canary test reads. */
async function run(home, command) {
  mkdirSync(home, { recursive: true });
  const log = path.join(home, "server.log");
  const written = createWriteStream(log);
  const begun = Date.now();
  const server = spawn(PROGRAM, [...command, "--listen", `127.0.0.1:${await freePort()}`].map(String), { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => server.once("close", (code, signal) => resolve(code ?? signal)));
  const failed = new Promise((_, reject) => server.once("error", reject));

  let said = "";
  const address = new Promise((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        written.write(text);
        said += text;
        // With the line's end, so that a port is not cut in two.
        const found = said.match(/http:\/\/127\.0\.0\.1:[1-9]\d*(?=\D)/);
        if (found) resolve(found[0]);
      });
    }
  });
  const died = ended.then((code) => { throw new Error(`baoxue ended with ${code}: ${said}`); });
  const late = pause(PATIENCE, null, { ref: false }).then(() => { throw new Error("baoxue is not ready"); });
  died.catch(() => {});
  late.catch(() => {});

  const stop = async () => {
    server.kill("SIGTERM");
    const hard = setTimeout(() => server.kill("SIGKILL"), 10_000);
    const code = await ended;
    clearTimeout(hard);
    await new Promise((resolve) => written.end(resolve));
    return code;
  };
  try {
    const url = await Promise.race([address, died, failed, late]);
    await Promise.race([ready(url), died, late]);
    return { url, log, begun, stop, said: () => said };
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
}

async function ready(url) {
  for (;;) {
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await pause(20);
  }
}
