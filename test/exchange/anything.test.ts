import assert from "node:assert/strict";
import fc from "fast-check";
import { workOnce } from "../../src/exchange/run.ts";
import { select } from "../../src/store/rows.ts";
import { file, message } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, scheduleBody, testHome } from "./home.ts";

const FINAL = new Set(["applied", "in part", "duplicate", "quarantined", "held"]);

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
