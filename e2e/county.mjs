// A demo county for a program of its own: the running one that BAOXUE_URL names, or one made for the occasion.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { start } from "./server.mjs";

/** The same for every program, unless BAOXUE_PASSWORD says otherwise. */
export const PASSWORD = process.env.BAOXUE_PASSWORD ?? "Mu-guo-cha-2026";

/** Calls `act({url, home})` with a county that answers, and leaves nothing behind. */
export async function withCounty(act) {
  const home = mkdtempSync(path.join(tmpdir(), "baoxue-e2e-"));
  let server;
  const leave = async () => {
    const running = server;
    server = undefined;
    await running?.stop();
    rmSync(home, { recursive: true, force: true });
  };
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => leave().finally(() => process.exit(1)));
  try {
    const url = process.env.BAOXUE_URL ?? (server = await start({ home, password: PASSWORD })).url;
    return await act({ url, home, begun: server?.begun, stop: async () => { await server?.stop(); return server?.log; } });
  } finally {
    await leave();
  }
}
