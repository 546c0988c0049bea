/** Every regular expression of the program, tried with long hostile text: none may cost more than its length. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

const SRC = path.resolve(import.meta.dirname, "../../src");

interface Found {
  readonly where: string;
  readonly source: string;
  readonly flags: string;
}

/** Literals as they stand in the sources: behind what a division cannot follow. */
const LITERAL =
  /(?:^|[=(,:?[!&|{;]|=>|return)\s*\/((?:[^/\\\n[*]|\\.|\[(?:[^\]\\\n]|\\.)*\])(?:[^/\\\n[]|\\.|\[(?:[^\]\\\n]|\\.)*\])*)\/([dgimsuvy]*)/gm;

function literals(): Found[] {
  const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  return files.flatMap((name) => {
    const text = readFileSync(path.join(SRC, name), "utf8").replace(/^\s*(\/\*\*|\*|\/\/).*$/gm, "");
    return [...text.matchAll(LITERAL)].map(([, source = "", flags = ""]) => ({ where: name, source, flags }));
  });
}

const LENGTH = 100_000;
const filled = (text: string): string => text.repeat(Math.ceil(LENGTH / text.length)).slice(0, LENGTH);

/** Runs of whatever the expression itself names, and of what every expression meets; ended so that they do not match. */
function hostile({ source }: Found): string[] {
  const own = [...new Set(source.replace(/\\[dwsDWSbB]/g, "a0 ").replace(/\\(.)/g, "$1"))].slice(0, 40);
  const units = [
    ...own,
    "0",
    "a",
    "A",
    " ",
    "-",
    ".",
    "*",
    "~",
    "/",
    ":",
    "@",
    "\n",
    "\r\n",
    "\\",
    '"',
    "a0",
    "0.",
    "a ",
    "://",
    "\u00e9",
    "//a:",
  ];
  return units.flatMap((unit) => [filled(unit), `${filled(unit)}!`, `!${filled(unit)}\u0000`, `a${filled(unit)}\n~`]);
}

describe("regular expressions", function () {
  this.timeout(120_000);
  const found = literals();

  it("are found in the sources", () => {
    assert.ok(found.length > 120, `${found.length}`);
    assert.ok(found.some(({ where }) => where.includes("mapping")));
  });

  it("cost no more than the length of what they are given", () => {
    const slow: string[] = [];
    for (const expression of found) {
      const regex = new RegExp(expression.source, expression.flags.replace("y", ""));
      for (const text of hostile(expression)) {
        const began = process.cpuUsage();
        for (const _ of text.slice(0, 300_000).matchAll(new RegExp(regex, `${regex.flags.replace("g", "")}g`))) break;
        const spent = process.cpuUsage(began);
        const milliseconds = (spent.user + spent.system) / 1000;
        if (milliseconds > 400) {
          slow.push(
            `${expression.where}: /${expression.source}/ took ${Math.round(milliseconds)} ms on ${JSON.stringify(text.slice(0, 12))}…`,
          );
          break;
        }
      }
    }
    assert.deepEqual(slow, []);
  });
});
