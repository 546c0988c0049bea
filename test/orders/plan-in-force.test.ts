import assert from "node:assert/strict";
import fc from "fast-check";
import { putInForce } from "../../src/orders/plan-in-force.ts";
import { apart, type PlannedStep } from "../../src/orders/planned-steps.ts";
import type { LayeredStep } from "../../src/schedules/types.ts";
import { insertOne, select, selectOne } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { type AccountRow, account, type SplitRow, split } from "../../src/store/tables.ts";
import { addDays, plainDate } from "../../src/values/dates.ts";
import type { Quantity } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";

const START = plainDate("2027-03-01");
/** Texts as senders may choose them: empty as a rule, now and then with the signs that rows and fields are told apart by. */
const chosen = fc.constantFrom("", "", "", "", "R1", "it's", "a\u001fb", "\u001e", "1:", "ß𝄞", "\u0000");

const planned: fc.Arbitrary<PlannedStep> = fc
  .record({
    day: fc.integer({ min: 0, max: 5 }),
    days: fc.constantFrom(0, 6),
    kind: fc.constantFrom("dated" as const, "dated" as const, "backlog" as const, "remainder" as const),
    layer: fc.constantFrom("forecast" as const, "call-off" as const),
    cumulative: fc.integer({ min: 0, max: 4 }),
    commitment: fc.constantFrom("", "firm"),
    customerOrderNumber: chosen,
    reference: chosen,
    window: chosen,
    route: chosen,
    releasable: fc.boolean(),
    lineId: fc.constantFrom(1, 2),
    allocate: fc.boolean(),
  })
  .map(({ day, days, releasable, lineId, allocate, cumulative, ...said }) => {
    const date = addDays(START, day);
    const step: LayeredStep = {
      ...said,
      date,
      from: date,
      to: addDays(date, days),
      timing: days === 0 ? "day" : "week",
      cumulative: BigInt(cumulative * 1_000_000) as Quantity,
      referenceKind: "",
      segment: day + 1,
    };
    return { step, orderOn: said.kind === "remainder" ? "" : date, releasable, lineId, allocate };
  });
const plan = fc.array(planned, { maxLength: 8 });

async function anAccount(store: Store, identity: string): Promise<number> {
  return store.write((tx) => insertOne(tx, account, { partner: "acme", identity }));
}

/** Puts one plan after the other in force on an account and gives its rows after each. */
async function rowsAfterEach(
  store: Store,
  identity: string,
  plans: readonly (readonly PlannedStep[])[],
): Promise<SplitRow[][]> {
  const id = await anAccount(store, identity);
  const seen: SplitRow[][] = [];
  for (const [n, steps] of plans.entries()) {
    const of = (await selectOne(store, account, "WHERE id = :id", { id })) as AccountRow;
    await store.write((tx) =>
      putInForce(tx, [{ account: of, layer: "forecast", revisionId: n + 1, steps: apart(steps), nextOrderOn: "" }]),
    );
    seen.push(await select(store, split, "WHERE account_id = :id ORDER BY id", { id }));
  }
  return seen;
}

/** What a split says, apart from which row it is and by what it was first stated. */
const said = (rows: readonly SplitRow[]): string[] =>
  rows
    .map(({ id: _id, account_id: _account, since_revision_id: _since, segment: _segment, ...row }) =>
      JSON.stringify(row, (_, held: unknown) => (typeof held === "bigint" ? String(held) : held)),
    )
    .toSorted();

onEveryDatabase("A plan in force", (database) => {
  it("is what it would be had it been written afresh, whatever was in force before", async () => {
    const { store } = database();
    let pair = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(plan, { minLength: 2, maxLength: 4 }), async (plans) => {
        pair += 1;
        const changed = (await rowsAfterEach(store, `changed ${pair}`, plans)).at(-1);
        const [fresh] = await rowsAfterEach(store, `fresh ${pair}`, [plans.at(-1) as PlannedStep[]]);
        assert.deepEqual(said(changed ?? []), said(fresh ?? []));
      }),
      { numRuns: 60 },
    );
  });

  it("keeps every row that says the same, with the revision it was first stated by", async () => {
    const { store } = database();
    let accounts = 0;
    await fc.assert(
      fc.asyncProperty(plan, plan, async (one, more) => {
        accounts += 1;
        const [before = [], after = [], again = []] = await rowsAfterEach(store, `kept ${accounts}`, [
          one,
          [...one, ...more],
          [...one, ...more],
        ]);
        assert.deepEqual(again, after, "the same plan again touches nothing");
        const kept = after.filter(({ since_revision_id }) => since_revision_id === 1);
        assert.deepEqual(
          kept,
          before.filter(({ id }) => kept.some((row) => row.id === id)),
        );
        const [stated, now] = [said(before), new Set(said(after))];
        assert.equal(kept.length, stated.filter((row) => now.has(row)).length);
      }),
      { numRuns: 40 },
    );
  });
});
