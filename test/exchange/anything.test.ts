import assert from "node:assert/strict";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { workOnce } from "../../src/exchange/run.ts";
import { select } from "../../src/store/rows.ts";
import { file, message } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, scheduleBody, testHome } from "./home.ts";
import { delforText, EURO, IMPATIENT, TABULAR, tableText, VDA, vdaText } from "./messages.ts";

const FINAL = new Set(["applied", "in part", "duplicate", "quarantined", "held"]);

const ACME = `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
`;

const jsonSchedule = {
  schema: "calloff/delivery-schedule/1",
  sender: "ACMEMOTORS",
  receiver: "EXAMPLESTAMP",
  control: "17",
  document: { lines: [{ customerPart: "4711-A", steps: [{ timing: "day", from: "2027-03-15", quantity: "400" }] }] },
};

/** A file with bytes changed, left out or put in. */
const damaged = (text: string): fc.Arbitrary<string> =>
  fc
    .array(
      fc.record({
        at: fc.integer({ min: 0, max: text.length - 1 }),
        take: fc.integer({ min: 0, max: 3 }),
        put: fc.string({
          maxLength: 3,
          unit: fc.constantFrom("*", "~", ">", "\n", "\0", "A", "9", "\u00ff", " ", "-", "'"),
        }),
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((changes) =>
      changes.reduce((held, { at, take, put }) => held.slice(0, at) + put + held.slice(at + take), text),
    );

onEveryDatabase("whatever arrives", (database) => {
  const others = [
    ["euro", EURO, delforText({ messages: 2, asks: true })],
    ["volks", VDA, vdaText({ old: 0, new: 1 }) + vdaText({ old: 1, new: 2, quantity: "500" })],
    ["tabular", TABULAR, tableText("400", "500")],
    [
      "envelopes",
      `${ACME}ta1: always\nacknowledge: "999"\n`,
      interchangeText({ sets: [scheduleBody(), scheduleBody("500")] }),
    ],
    ["jsonic", ACME, JSON.stringify(jsonSchedule)],
  ] as const;
  for (const [folder, partner, text] of others) {
    it(`ends so as well in the folder of ${folder}, whose answers can all be written`, async () => {
      const home = testHome(database(), {
        [`config/partners/${folder}.yaml`]: partner,
        "config/gateway.yaml": IMPATIENT,
      });
      mkdirSync(path.join(home.home, "inbox", folder), { recursive: true });
      rmSync(path.join(home.home, "config/partners/acme.yaml"));
      const contents = fc.sample(damaged(text), { numRuns: 40, seed: 7 });
      for (const [n, content] of contents.entries()) home.drop(folder, `plan${n}.csv`, Buffer.from(content, "latin1"));
      await workOnce(home.exchange);
      const rows = await select(database().store, file, "ORDER BY id");
      assert.equal(rows.length, contents.length);
      for (const row of rows) assert.ok(FINAL.has(row.state), `${row.name} is ${row.state}: ${row.cause}`);
      assert.deepEqual(home.names("inbox", folder), []);
      const held = home.told.filter(({ event }) => event === "document.held" || event === "file.waiting");
      assert.deepEqual(held, []);
    });
  }

  it("ends in exactly one recorded state, without a fault of ours, and leaves the inbox empty", async () => {
    const home = testHome(database(), {
      "config/gateway.yaml": "company: { name: X }\nintake: { quietMilliseconds: 0, patienceMinutes: 0.0000001 }\n",
    });
    const text = interchangeText({ sets: [scheduleBody(), scheduleBody("500")] });
    const record = JSON.stringify({
      schema: "calloff/blanket-order/1",
      partner: "acme",
      customerNumber: "B",
      lines: [{ line: 10 }],
    });
    const contents = [
      ...fc.sample(damaged(text), { numRuns: 40, seed: 7 }),
      ...fc.sample(damaged(record), { numRuns: 10, seed: 7 }),
      ...fc.sample(fc.uint8Array({ maxLength: 400 }), { numRuns: 10, seed: 7 }),
    ];
    for (const [n, content] of contents.entries()) {
      home.drop(
        n >= 40 && n < 50 ? "erp" : "acme",
        `${n}.edi`,
        typeof content === "string" ? Buffer.from(content, "latin1") : content,
      );
    }
    await workOnce(home.exchange);
    await workOnce(home.exchange);
    const rows = await select(database().store, file, "ORDER BY id");
    assert.equal(rows.length, contents.length);
    for (const row of rows) assert.ok(FINAL.has(row.state), `${row.name} is ${row.state}: ${row.cause}`);
    for (const set of await select(database().store, message, "")) {
      assert.ok(["applied", "rejected", "unmapped", "held"].includes(set.state), set.state);
    }
    for (const folder of ["acme", "erp"]) {
      assert.deepEqual(home.names("inbox", folder), []);
      assert.deepEqual(home.names("inbox", ".claimed", folder), []);
    }
    assert.equal(
      home.told.some(({ event }) => event === "document.held" || event === "file.waiting"),
      false,
    );
  });
});
