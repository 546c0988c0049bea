/** Files that their senders write on in after they were taken. */
import assert from "node:assert/strict";
import { appendFileSync, closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { pino } from "pino";
import type { Exchange } from "../../src/exchange/context.ts";
import { forget, lookAfter, watch } from "../../src/exchange/grown.ts";
import { layFolders, resumeClaimed, takeArrivals } from "../../src/exchange/run.ts";
import { noLooks } from "../../src/exchange/scan.ts";
import { select, selectOne } from "../../src/store/rows.ts";
import { file, numberSeries } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, testHome } from "./home.ts";

const BOLTS = "name: Bolts\ntheirs: [{ id: BOLTS }]\nours: [{ id: EXAMPLESTAMP }]\n";

onEveryDatabase("a file that its sender goes on writing after it was taken", (database) => {
  const now = performance.now.bind(performance);
  let exchange: Exchange | undefined;
  let ahead = 0;
  beforeEach(() => {
    ahead = 0;
    performance.now = () => now() + ahead;
  });
  afterEach(async () => {
    performance.now = now;
    if (exchange !== undefined) await forget(exchange);
    exchange = undefined;
  });

  /** A home that asks for quiet, so that files are watched, with its log as it was told. */
  const home = async () => {
    const held = testHome(database(), {
      "config/gateway.yaml": "company: { name: X }\nintake: { quietMilliseconds: 2, scanSeconds: 0.001 }\n",
      "config/partners/bolts.yaml": BOLTS,
    });
    const lines: Record<string, unknown>[] = [];
    const log = pino({ level: "warn" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const watched: Exchange = { ...held.exchange, log };
    exchange = watched;
    await layFolders(watched);
    const looks = noLooks();
    /** Takes what there is until so many files are registered. */
    const taken = async (count: number) => {
      for (;;) {
        await resumeClaimed(watched, looks);
        await takeArrivals(watched, looks);
        const rows = await select(database().store, file, "ORDER BY id");
        if (rows.length >= count) return rows;
      }
    };
    const claims = async () => (await selectOne(database().store, numberSeries, "WHERE scope = 'claim'"))?.next;
    const opened = (folder: string, name: string, control: number) => {
      const descriptor = openSync(path.join(held.home, "inbox", folder, name), "w");
      writeSync(descriptor, interchangeText({ control }));
      return descriptor;
    };
    return { ...held, exchange: watched, lines, taken, claims, opened };
  };

  it("gets a claim of its own, also when twenty came together, and each time again", async () => {
    const { taken, opened } = await home();
    const descriptors = Array.from({ length: 20 }, (_, n) => opened("acme", `${n}.edi`, n + 1));
    const first = (await taken(20)).map(({ name }) => name);
    const [oldest = ""] = first;
    const descriptor = descriptors[Number(oldest.replace(".edi", ""))] as number;
    writeSync(descriptor, interchangeText({ control: 101 }));
    assert.equal((await taken(21)).at(-1)?.name, oldest);
    writeSync(descriptor, interchangeText({ control: 102 }));
    const whole = [descriptors.indexOf(descriptor) + 1, 101, 102]
      .map((control) => interchangeText({ control }))
      .join("");
    assert.equal((await taken(22)).at(-1)?.size, whole.length);
    for (const one of descriptors) closeSync(one);
  });

  it("is kept in sight when more come than can be watched, which is told once", async () => {
    const { exchange: watched, home: where, lines, claims } = await home();
    const folder = path.join(where, "inbox/.claimed/acme");
    mkdirSync(folder, { recursive: true });
    const letOneGo = async (n: number) => {
      const one = path.join(where, `${n}.edi`);
      writeFileSync(one, "taken");
      const claimed = { claim: String(n), folder: "acme", name: `${n}.edi`, path: path.join(folder, `${n}-${n}.edi`) };
      await watch({ exchange: watched, claimed, descriptor: openSync(one, "r"), asRead: { size: 5 } });
      return one;
    };
    appendFileSync(await letOneGo(0), " and on");
    for (let n = 1; n < 1100; n += 1) await letOneGo(n);
    assert.deepEqual(
      lines.map(({ name }) => name),
      ["1.edi"],
    );
    while ((await lookAfter(watched)) === 0);
    assert.equal(await claims(), 2);
    assert.equal(lines.at(-1)?.["name"], "0.edi");
  });

  it("waits where no copy can be made, told once, without numbers or copies, and keeps no other partner waiting", async () => {
    const { exchange: watched, home: where, drop, names, taken, claims, opened, told } = await home();
    const descriptor = opened("acme", "on.edi", 1);
    await taken(1);
    writeSync(descriptor, interchangeText({ control: 2 }));
    closeSync(descriptor);
    const folder = path.join(where, "inbox/.claimed/acme");
    renameSync(folder, `${folder}.away`);
    writeFileSync(folder, "in the way");
    drop("bolts", "one.edi", interchangeText({ sender: "BOLTS" }));
    await taken(2);
    const faults = () => told.filter(({ event }) => event === "fault.began").map(({ payload }) => payload);
    while (faults().length === 0) await lookAfter(watched);
    const before = await claims();
    for (let n = 0; n < 50; n += 1) {
      ahead += 10;
      assert.equal(await lookAfter(watched), 0);
    }
    const [fault, ...others] = faults() as { place: string; code: string; what: string }[];
    assert.deepEqual([fault?.place, fault?.code, others], ["inbox/acme/on.edi", "ENOTDIR", []]);
    assert.doesNotMatch(String(fault?.what), /\d/);
    assert.equal(await claims(), before, "no number is taken for what is not there");
    rmSync(folder);
    renameSync(`${folder}.away`, folder);
    assert.equal((await taken(3)).at(-1)?.name, "on.edi");
    assert.equal(await claims(), Number(before) + 1);
    assert.deepEqual(names("inbox", ".claimed", "acme"), []);
    assert.deepEqual(watched.faults.standing(), []);
  });

  it("leaves no part of a copy that could not be named, and uses its number again", async () => {
    const { exchange: watched, home: where, names, taken, claims, opened } = await home();
    const descriptor = opened("acme", "on.edi", 1);
    await taken(1);
    writeSync(descriptor, interchangeText({ control: 2 }));
    closeSync(descriptor);
    const next = Number(await claims());
    const inTheWay = path.join(where, "inbox/.claimed/acme", `${next}-on.edi`);
    mkdirSync(inTheWay);
    while (watched.faults.standing().length === 0) await lookAfter(watched);
    assert.deepEqual(names("inbox", ".claimed", "acme"), [`${next}-on.edi`]);
    rmSync(inTheWay, { recursive: true });
    assert.equal((await taken(2)).at(-1)?.claim, String(next));
  });

  it("is given up in words when no copy could be made for ten minutes more", async () => {
    const { exchange: watched, home: where, lines, taken, opened } = await home();
    const descriptor = opened("acme", "on.edi", 1);
    await taken(1);
    writeSync(descriptor, interchangeText({ control: 2 }));
    closeSync(descriptor);
    const folder = path.join(where, "inbox/.claimed/acme");
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    while (watched.faults.standing().length === 0) await lookAfter(watched);
    ahead = 670_000;
    await lookAfter(watched);
    assert.match(String(lines.at(-1)?.["msg"]), /what was added is lost/);
    assert.equal(lines.at(-1)?.["name"], "on.edi");
    assert.deepEqual(watched.faults.standing(), []);
    assert.equal(await lookAfter(watched), 0);
  });

  it("is claimed as it is when the gateway ends", async () => {
    const { exchange: watched, names, taken, opened } = await home();
    const descriptor = opened("acme", "on.edi", 1);
    await taken(1);
    writeSync(descriptor, interchangeText({ control: 2 }));
    closeSync(descriptor);
    await forget(watched);
    assert.deepEqual(names("inbox", ".claimed", "acme"), ["2-on.edi"]);
  });
});
