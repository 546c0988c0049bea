/** Customers have nothing to do with each other: whose release comes first makes no difference. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Queryable } from "../../../src/store/store.ts";
import { Customer, interchangeOf, type ReleaseChange } from "./customer.ts";
import { dayAfter } from "./days.ts";
import { blanketOrderText, openHouse } from "./house.ts";
import { contractsOf, FIRST_DAY } from "./play.ts";
import { change, type Week, weeks } from "./weeks.ts";
import { World } from "./world.ts";

const PARTNERS = ["acme", "beta"] as const;

/** What each customer was made, whatever numbers the orders have. */
async function ordersByPartner(from: Queryable): Promise<string[]> {
  const rows = await from.ask(
    `SELECT o.partner, o.ship_to, o.scheduled_on, o.state, a.customer_part, CAST(SUM(l.quantity) AS TEXT) AS ordered
     FROM child_order o JOIN child_line c ON c.order_id = o.id JOIN account a ON a.id = c.account_id
     JOIN ledger l ON l.child_line_id = c.id AND l.kind = 'released'
     GROUP BY o.id, o.partner, o.ship_to, o.scheduled_on, o.state, c.id, a.customer_part`,
  );
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

/** Days on which both send a release; `first` says whose is read first. */
async function days(week: Week, changes: readonly (readonly ReleaseChange[])[], first: number): Promise<string[]> {
  const house = await openHouse(week.rules, FIRST_DAY, "sqlite", PARTNERS);
  try {
    const contracts = contractsOf(week);
    const world = new World(week.rules, FIRST_DAY, contracts);
    const customers = PARTNERS.map(() => new Customer(contracts));
    for (const partner of PARTNERS) house.drop("erp", `${partner}.json`, blanketOrderText(contracts, "", partner));
    await house.settle();
    for (const [n, pair] of changes.entries()) {
      const day = dayAfter(FIRST_DAY, n * 3);
      house.day(day);
      for (const which of first === 0 ? [0, 1] : [1, 0]) {
        const customer = customers[which] as Customer;
        const partner = PARTNERS[which] as string;
        const release = customer.release(n + 1, day, pair[which] as ReleaseChange, world);
        house.drop(partner, `${n}.edi`, interchangeOf(release, n + 1, partner.toUpperCase()));
        await house.settle();
      }
    }
    return await house.ask(ordersByPartner);
  } finally {
    await house.remove();
  }
}

describe("Two customers", () => {
  it("get the same orders, whichever of them is read first", async function () {
    this.timeout(300_000);
    const pairs = fc.array(fc.tuple(change, change), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(weeks(0), pairs, async (week, changes) => {
        assert.deepEqual(await days(week, changes, 1), await days(week, changes, 0));
      }),
      { numRuns: 3, interruptAfterTimeLimit: 120_000 },
    );
  });
});
