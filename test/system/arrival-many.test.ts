/** Thousands of small files of several partners at once. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { cpuSeconds, peakMegabytes } from "../support/processes.ts";
import { type Arrival, arrivalIn, filesOf, readyHome, soundEnd } from "./arriving.ts";
import type { SystemHome } from "./homes.ts";

const OTHERS = ["bolts", "clips", "discs"];
const OF_OTHERS = 5;
/** Most memory that the daemon may take above what it takes idle. */
const MEGABYTES = 250;

interface Many {
  /** Customers' files in the order in which they were registered. */
  readonly folders: readonly string[];
  readonly cpuPerFile: number;
  readonly megabytes: number;
}

describe("Very many small files at once", () => {
  let ready: SystemHome;
  let home: SystemHome | undefined;
  let arrival: Arrival | undefined;
  before(async () => {
    ready = await readyHome();
    const acme = readFileSync(path.join(ready.path, "config/partners/acme.yaml"), "utf8");
    for (const code of OTHERS) {
      writeFileSync(path.join(ready.path, `config/partners/${code}.yaml`), acme.replaceAll("ACME", code.toUpperCase()));
      mkdirSync(path.join(ready.path, "inbox", code), { recursive: true });
    }
  });
  afterEach(async () => {
    arrival?.daemon.kill("SIGKILL");
    await arrival?.daemon.ended;
    await home?.remove();
    arrival = undefined;
    home = undefined;
  });
  after(() => ready.remove());

  /** Lets so many files of one partner, and a few of each other one that came a moment later, be taken. */
  async function taken(count: number): Promise<Many> {
    home = await ready.copy();
    arrival = await arrivalIn(home);
    const { daemon, inbox } = arrival;
    const pid = Number(daemon.pid);
    await daemon.next("idle");
    const idle = peakMegabytes(pid);
    const before = cpuSeconds(pid);
    const text = arrival.forecast(1);
    const dropped = (code: string, n: number): void => {
      const id = code.toUpperCase();
      const numbered = text
        .replaceAll("000000001", String(n).padStart(9, "0"))
        .replace("*05**1*DL", `*05**${n}*DL`)
        .replace("ACME".padEnd(15), id.padEnd(15))
        .replaceAll("*ACME*", `*${id}*`);
      writeFileSync(inbox(code, `${n}.edi`), numbered);
    };
    for (let n = 1; n <= count; n += 1) dropped("acme", n);
    for (const code of OTHERS) for (let n = 1; n <= OF_OTHERS; n += 1) dropped(code, n);
    const all = count + OTHERS.length * OF_OTHERS;
    for (let n = 0; n < all; n += 1) await daemon.next("file.applied");
    await daemon.next("idle");
    const cpuPerFile = (cpuSeconds(pid) - before) / all;
    const megabytes = peakMegabytes(pid) - idle;
    const rows = await filesOf(home);
    assert.equal(rows.filter(({ state }) => state === "applied").length, all);
    await soundEnd(arrival, { dropped: all + 1 });
    return { folders: rows.map(({ folder }) => folder), cpuPerFile, megabytes };
  }

  it("are all taken in bounded memory, in time that does not grow with their number, and keep no partner waiting [C37]", async () => {
    const few = await taken(500);
    arrival = undefined;
    await home?.remove();
    const many = await taken(2000);
    for (const code of OTHERS) {
      const last = many.folders.lastIndexOf(code);
      assert.ok(last < 500, `the last of ${code}'s ${OF_OTHERS} files is number ${last + 1} of ${many.folders.length}`);
    }
    assert.ok(many.megabytes < MEGABYTES, `${Math.round(many.megabytes)} MB more than idle`);
    const ratio = many.cpuPerFile / few.cpuPerFile;
    assert.ok(ratio < 1.4, `${ratio.toFixed(2)} times as much for each file of four times as many`);
  });
});
