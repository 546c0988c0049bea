/** Every question of `calloff db check` fails when what it asks about does not hold. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { loadConfiguration } from "../../src/config/configuration.ts";
import { checkDatabase } from "../../src/gateway/db-check.ts";
import type { DoctorLine } from "../../src/gateway/doctor-line.ts";
import { openKeeper } from "../../src/gateway/keeper.ts";
import { openStore } from "../../src/store/store.ts";
import { instantOf, standingClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { freshHome, type TestHome } from "../support/homes.ts";

const MONDAY = plainDate("2027-03-01");

async function checked(home: TestHome): Promise<DoctorLine[]> {
  const config = loadConfiguration(home.path);
  const store = openStore(config.gateway.database, home.path);
  try {
    return await checkDatabase(config, store, { businessDate: MONDAY, quick: false });
  } finally {
    await store.close();
  }
}

async function changed(home: TestHome, sql: string): Promise<void> {
  const store = openStore("sqlite:data/calloff.sqlite", home.path);
  try {
    await store.write(async (tx) => void (await tx.run(sql)));
  } finally {
    await store.close();
  }
}

const failing = (lines: readonly DoctorLine[]): string[] =>
  lines.filter(({ health }) => health === "fail").map(({ subject }) => subject);

describe("a check of the database", function () {
  this.timeout(60_000);
  let home: TestHome;
  before(async () => {
    home = freshHome("2027-03-01");
    home.write(
      "config/policies/standard.yaml",
      "version: 1\nfirst: accept\nzones: [{ name: all, increase: any, decrease: any }]\n",
    );
    for (const [from, to] of [
      ["blanket-order.json", "erp"],
      ["forecast.edi", "acme"],
    ] as const) {
      home.write(`inbox/${to}/${from}`, readFileSync(path.join(home.path, "samples", from)));
    }
    const keeper = await openKeeper(home.path, {
      command: "test",
      clock: standingClock(MONDAY, instantOf("2027-03-01T06:00:00Z")),
    });
    await keeper.settle();
    await keeper.stop();
    copyFileSync(path.join(home.path, "data/calloff.sqlite"), path.join(home.path, "data/good"));
  });
  afterEach(() => {
    for (const ending of ["", "-wal", "-shm"])
      rmSync(path.join(home.path, `data/calloff.sqlite${ending}`), { force: true });
    copyFileSync(path.join(home.path, "data/good"), path.join(home.path, "data/calloff.sqlite"));
  });
  after(() => home.remove());

  it("finds nothing wrong with a home that was left alone", async () => {
    const lines = await checked(home);
    assert.deepEqual(
      lines.filter(({ health }) => health !== "ok"),
      [],
    );
    assert.ok(lines.length >= 11);
  });

  const WRONG: readonly (readonly [subject: string, sql: string])[] = [
    ["audit trail", "UPDATE audit SET who = 'somebody else' WHERE seq = 2"],
    ["trail", "DELETE FROM audit WHERE seq = (SELECT MAX(seq) FROM audit)"],
    ["references", "UPDATE child_line SET line_id = 4711"],
    ["ledger", "UPDATE ledger SET quantity = quantity + 1, kind = 'shipped' WHERE kind = 'released'"],
    ["ledger", "UPDATE account SET release_seq = 0"],
    ["states", "UPDATE file SET state = 'lost'"],
    ["states", "UPDATE message SET state = 'catalogued'"],
    ["states", "UPDATE revision SET state = 'held'"],
    [
      "states",
      `INSERT INTO receipt (message_id, document_line, partner, advice, note, note_normal, customer_part, our_part, ship_to, order_number,
         received_on, start, unit, stated, quantity, booked, condition, state, cause)
       SELECT MIN(id), 1, 'acme', '', 'N', 'N', '', '', '', '', '', '', '', 'taken', 0, 0, '', 'booked', '' FROM message`,
    ],
    [
      "ledger",
      `INSERT INTO ledger (account_id, moves, start, kind, quantity, value, happened_on, booked_at, cause_kind, cause, business_key, who, reason)
       SELECT MIN(id), 'cumulative', '', 'received', 5, 0, '', '', 'receipt', 'SH-000001', 'received:x', '', '' FROM account`,
    ],
    ["numbers", "UPDATE number_series SET next = 1 WHERE scope = 'SO'"],
    ["numbers", "UPDATE number_series SET next = 1 WHERE scope = 'isa:acme'"],
    ["next orders", "UPDATE account SET next_order_on = ''"],
    ["plans", "UPDATE split SET cumulative = cumulative + 1"],
    ["archive", "UPDATE file SET sha256 = 'ab' || SUBSTR(sha256, 3)"],
  ];
  for (const [subject, sql] of WRONG) {
    it(`fails on ${subject} after: ${sql}`, async () => {
      await changed(home, sql);
      const lines = await checked(home);
      assert.ok(failing(lines).includes(subject), JSON.stringify(lines, undefined, 1));
      for (const { health, remedy } of lines) assert.ok(health === "ok" || (remedy ?? "").length > 20);
    });
  }

  it("fails on files that are not what was received or written, and warns of strangers", async () => {
    const [hash = ""] = readdirSync(path.join(home.path, "data/archive"), { recursive: true, encoding: "utf8" }).filter(
      (name) => name.length > 60,
    );
    const archived = path.join(home.path, "data/archive", hash);
    const bytes = readFileSync(archived);
    writeFileSync(archived, Buffer.from(bytes).fill(0x20, 0, 1));
    assert.deepEqual(failing(await checked(home)), ["archive"]);
    writeFileSync(archived, bytes);
    const [name = ""] = readdirSync(path.join(home.path, "outbox/acme"));
    const written = readFileSync(path.join(home.path, "outbox/acme", name));
    writeFileSync(path.join(home.path, "outbox/acme", name), "something else");
    assert.deepEqual(failing(await checked(home)), ["outbox"]);
    writeFileSync(path.join(home.path, "outbox/acme", name), written);
    mkdirSync(path.join(home.path, "data/archive/ff"), { recursive: true });
    writeFileSync(path.join(home.path, `data/archive/ff/${"f".repeat(64)}`), "unknown");
    writeFileSync(path.join(home.path, "outbox/acme/stranger.edi"), "");
    const warned = (await checked(home)).filter(({ health }) => health === "warn").map(({ subject }) => subject);
    assert.deepEqual(warned, ["archive", "outbox"]);
  });
});
