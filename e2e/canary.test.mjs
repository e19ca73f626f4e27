// K05: what the server printed while the journeys ran names nobody: no ID number, no phone, no child.

import { test } from "node:test";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";

const { BAOXUE_LOG, BAOXUE_HOME } = process.env;

/** Numbers of the lines that match; what stands there is not repeated. */
function lines(text, pattern) {
  return text.split("\n").flatMap((line, at) => (pattern.test(line) ? [at + 1] : []));
}

/** The children whom the journeys met on pages. */
const names = () => new Set(readFileSync(path.join(BAOXUE_HOME, "names"), "utf8").split("\n").filter(Boolean));

const plain = () => readFileSync(BAOXUE_LOG, "utf8");
/** As a URL or a JSON string would carry it. */
const decoded = () => {
  const text = plain();
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (part) => { try { return decodeURIComponent(part); } catch { return part; } })
    .replace(/\\u([0-9A-Fa-f]{4})/g, (_, code) => String.fromCharCode(parseInt(code, 16)));
};

test("the log was written", () => assert.ok(plain().length > 0));

test("no ID number", () => assert.deepEqual(lines(decoded(), /539999\d{8,11}/), []));

test("no phone", () => assert.deepEqual(lines(decoded(), /(?<![\d.-])1[3-9]\d{9}(?![\d.])/), []));

test("no child's name", () => {
  const known = [...names()];
  assert.ok(known.length >= 50, `only ${known.length} names were seen on pages`);
  assert.deepEqual(lines(decoded(), new RegExp(known.map((name) => name.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")).join("|"), "u")), []);
});
