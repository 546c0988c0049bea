/** Several gateways on one PostgreSQL database: work is shared, done once, and taken over from one that is no more. */
import assert from "node:assert/strict";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { CrashPoint } from "../../src/values/crash-points.ts";
import { emptyFolder } from "../support/homes.ts";
import type { Event } from "../support/program.ts";
import type { SystemHome } from "./homes.ts";
import { assertSound, filesIn, inStore, stateOf } from "./oracle.ts";
import {
  allDone,
  customers,
  DAY,
  dropForecasts,
  endSessions,
  figure,
  forecastOf,
  homeOf,
  livingGateways,
  type Running,
  startGateway,
  until,
  urlOf,
} from "./several.ts";

/** The blanket orders' file that every home begins with. */
const BLANKETS = 1;

async function stopped(...gateways: readonly Running[]): Promise<Event[][]> {
  for (const one of gateways) one.kill("SIGTERM");
  for (const one of gateways) assert.equal((await one.ended).code, 0, (await one.ended).stderr);
  return Promise.all(gateways.map((one) => one.told()));
}

const applied = (events: readonly Event[]): unknown[] =>
  events.filter(({ event }) => event === "file.applied").map(({ claim }) => claim);

describe("Several gateways on one PostgreSQL database [C45]", () => {
  const codes = customers(5);
  let laid: SystemHome;
  let home: SystemHome;
  let undisturbed: SystemHome;
  let running: Running[] = [];
  before(async () => {
    laid = await homeOf(codes);
  });
  after(() => laid.remove());
  beforeEach(async () => {
    home = await laid.copy();
    undisturbed = await laid.copy();
  });
  afterEach(async () => {
    for (const one of running) {
      one.kill("SIGCONT");
      one.kill("SIGKILL");
      await one.ended;
    }
    running = [];
    await home.remove();
    await undisturbed.remove();
  });

  const start = (env?: Readonly<Record<string, string>>, day?: string): Running => {
    const one = startGateway(home, env, day);
    running.push(one);
    return one;
  };

  /** All that there is must be as if one gateway had been alone. */
  async function asOneAlone(dropped: number): Promise<void> {
    await undisturbed.on(DAY, ["run"]);
    await home.on(DAY, ["run"]);
    await assertSound(home, { dropped });
    assert.deepEqual(await stateOf(home), await stateOf(undisturbed));
  }

  it("share one inbox: each file is applied once, each gateway does a part, and all is as if one had been alone", async () => {
    const gateways = [start(), start(), start()];
    for (const one of gateways) await one.next("idle");
    const examined = (await home.on(DAY, ["doctor"])).stdout;
    assert.equal(examined.match(/calloff start on \S+ \(process \d+\)/g)?.length, 3, examined);
    const files = dropForecasts(home, codes, 8) + BLANKETS;
    dropForecasts(undisturbed, codes, 8);
    await allDone(home, files);
    const told = await stopped(...gateways);
    const claims = told.flatMap(applied);
    assert.equal(claims.length, files - BLANKETS, "told once for each file");
    assert.equal(new Set(claims).size, claims.length, "no file is told of twice");
    for (const events of told) assert.ok(applied(events).length > 0, "each gateway applied some");
    const written = told.flatMap((events) => events.filter(({ event }) => event === "outbox.written"));
    assert.equal(written.length, codes.length * 8, "each answer is written once");
    await asOneAlone(files);
  });

  /** A gateway that comes to a point of its way and hangs there; the others do what they may. */
  async function hungAt(point: CrashPoint, nth: number): Promise<{ hung: Running; others: Running[]; number: number }> {
    dropForecasts(undisturbed, codes, 3);
    dropForecasts(home, codes, 3);
    const hung = start({ CALLOFF_CRASH_AT: `${point}:${nth}:hang` });
    await hung.next("ready");
    const [number = 0] = await livingGateways(home);
    await until(`it hangs at ${point}`, async () => isStopped(hung));
    const others = [start(), start()];
    for (const one of others) await one.next("idle");
    return { hung, others, number };
  }

  /** What lies claimed when a gateway hangs is its own until it is no more. */
  const claimed = () => Object.keys(filesIn(home, "inbox/.claimed"));

  const files = codes.length * 3 + BLANKETS;

  for (const [point, nth] of [
    ["archived", 4],
    ["staged", 1],
  ] as const satisfies readonly (readonly [CrashPoint, number])[]) {
    it(`take over at once what one had in work that is killed when it is at *${point}*`, async () => {
      const { hung, others } = await hungAt(point, nth);
      const left = point === "archived" ? 1 : 0;
      assert.equal(claimed().length, left, "the others leave alone what the hung one has claimed");
      hung.kill("SIGKILL");
      await allDone(home, files);
      await stopped(...others);
      await asOneAlone(files);
    });
  }

  for (const [point, nth] of [
    ["archived", 4],
    ["mapped", 2],
    ["temporary-written", 2],
    ["staged", 1],
  ] as const satisfies readonly (readonly [CrashPoint, number])[]) {
    it(`take no harm when one wakes up at *${point}* whose work they have taken over`, async () => {
      const { hung, others, number } = await hungAt(point, nth);
      await endSessions(urlOf(home), number);
      await allDone(home, files);
      hung.kill("SIGCONT");
      await hung.next("idle");
      await stopped(hung, ...others);
      await asOneAlone(files);
    });
  }

  it("take over from one that hangs and keeps silent, when the server has had enough of it", async () => {
    const { hung } = await hungAt("registered", 2);
    await allDone(home, files);
    hung.kill("SIGCONT");
    await hung.next("idle");
    await asOneAlone(files);
  });

  it("let a schedule find its blanket order that came with it, whoever reads which", async () => {
    const gateways = [start(), start(), start()];
    for (const one of gateways) await one.next("idle");
    const blanket = JSON.parse(home.sample("blanket-order.json")) as Record<string, unknown>;
    for (let n = 1; n <= 4; n += 1) {
      const lines = [{ line: 10, item: `N-${n}`, customerPart: `N-${n}`, quantity: "10000", unit: "PC", price: "1" }];
      const more = codes.map((partner) => ({ ...blanket, partner, customerNumber: `PO-N${n}`, lines }));
      home.drop("erp", `more-${n}.json`, JSON.stringify(more));
      for (const code of codes) {
        const forecast = forecastOf(home, code, n).replace("A-100", `N-${n}`).replace("PO-4711", `PO-N${n}`);
        home.drop(code, `new-${n}.edi`, forecast);
      }
    }
    await allDone(home, BLANKETS + 4 + codes.length * 4);
    await stopped(...gateways);
    assert.equal(await figure(home, "SELECT COUNT(*) FROM revision WHERE state = 'accepted'"), codes.length * 4);
    await home.on(DAY, ["run"]);
    await assertSound(home);
  });

  it("run the timetable once: each order is released once, by one of them, and a killed one's are released by another", async () => {
    dropForecasts(home, codes, 1);
    await home.on(DAY, ["run"]);
    const day = "2027-05-03";
    // Two dates of five blanket orders have become due.
    const gateways = [start({}, day), start({}, day), start({ CALLOFF_CRASH_AT: "rendered:1" }, day)];
    await Promise.all(gateways.slice(0, 2).map((one) => one.next("idle")));
    const due = await figure(
      home,
      `SELECT COUNT(*) FROM account WHERE next_order_on <> '' AND next_order_on <= '${day}'`,
    );
    assert.equal(due, 0, "nothing that is due is left");
    gateways[2]?.kill("SIGKILL");
    await gateways[2]?.ended;
    await allDone(home, codes.length + BLANKETS);
    const told = (
      await Promise.all(
        running.map(async (one) => {
          one.kill("SIGTERM");
          return one.told();
        }),
      )
    ).flat();
    const released = told.filter(({ event }) => event === "order.released").map(({ number }) => String(number));
    const stored = await inStore(home, (store) =>
      store.ask(`SELECT number FROM child_order WHERE scheduled_on > '${DAY}' ORDER BY number`),
    );
    assert.deepEqual(
      released.toSorted((a, b) => a.localeCompare(b)),
      stored.map(({ number }) => number),
      "each order is told of once",
    );
    const twice = await figure(
      home,
      "SELECT COUNT(*) FROM (SELECT agreement_id, scheduled_on FROM child_order GROUP BY 1, 2 HAVING COUNT(*) > 1) t",
    );
    assert.equal(twice, 0);
    assert.equal(await figure(home, `SELECT COUNT(*) FROM job_run WHERE business_date = '${day}'`), 1);
    await assertSound(home);
  });
});

describe("Gateways with homes of their own on one PostgreSQL database [C45]", () => {
  const codes = customers(2);
  let one: SystemHome;
  let other: string;
  before(async () => {
    one = await homeOf(codes);
    other = emptyFolder().path;
    cpSync(path.join(one.path, "config"), path.join(other, "config"), { recursive: true });
  });
  after(async () => {
    await one.remove();
    rmSync(other, { recursive: true, force: true });
  });

  it("apply what came to their own inbox, and answer in the home that a customer's files come to", async () => {
    const [first, second] = [startGateway(one), startGateway({ path: other })];
    await first.next("idle");
    await second.next("idle");
    const names = new Map([
      [one.path, "cust1"],
      [other, "cust2"],
    ]);
    dropForecasts(one, ["cust1"], 3);
    for (let n = 1; n <= 3; n += 1) {
      writeFileSync(path.join(other, `inbox/cust2/forecast-${n}.edi`), forecastOf(one, "cust2", n));
    }
    await allDone(one, 7);
    for (const gateway of [first, second]) gateway.kill("SIGTERM");
    const told = [await first.told(), await second.told()];
    assert.deepEqual(
      told.map(
        (events) => new Set(events.filter(({ event }) => event === "file.applied").map(({ partner }) => partner)),
      ),
      [new Set(["cust1"]), new Set(["cust2"])],
    );
    for (const [home, code] of names) {
      assert.deepEqual(
        Object.keys(filesIn({ path: home }, "outbox")).filter((name) => !name.startsWith("erp/")),
        [1, 2, 3].map((n) => `${code}/997_00000000${n}.edi`),
      );
    }
  });
});

/** Whether a process has been stopped as it is. */
function isStopped({ pid }: Running): boolean {
  return /^\d+ \(.*\) T/.test(readFileSync(`/proc/${pid ?? 0}/stat`, "utf8"));
}
