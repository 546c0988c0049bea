import assert from "node:assert/strict";
import { accountTotals, type Totals } from "../../src/store/ledger.ts";
import type { Store } from "../../src/store/store.ts";
import { writeMillionths } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, ordered, outcomes, receive, ship, taken, trusting, type Wanted } from "./a-home.ts";

const quoting = (cumulative: string, ...steps: Wanted[]) =>
  aScheduleLine(steps, { account: { cumulative, kind: "received" } });

const corrected = async (store: Store): Promise<string> => {
  const [totals] = (await accountTotals(store, [1])).values();
  return writeMillionths((totals as Totals).corrected);
};

onEveryDatabase("What a customer had received before the first schedule", (database) => {
  it("is not ordered, nor does it hide what is ordered from then on: nothing is ordered twice", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [quoting("2500", ["2027-01-08", "400"], ["2027-01-15", "600"])]);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
    assert.deepEqual(await ordered(store, config, "2027-01-15"), ["SO-000002 2027-01-15 600"]);
    assert.equal(await corrected(store), "2500");
  });

  it("stays counted: the next schedules agree with ours, and the same demand orders nothing more", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [quoting("2500", ["2027-01-08", "400"])]);
    await ordered(store, config, "2027-01-08");
    const again = quoting("2500", ["2027-01-08", "400"], ["2027-01-15", "100"]);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-09", [again])), ["accepted"]);
    await ship(store, "SO-000001/10", "400", on("2027-01-09"));
    const later = quoting("2900", ["2027-01-15", "100"]);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-11", [later])), ["accepted"]);
    assert.deepEqual(await ordered(store, config, "2027-01-15"), ["SO-000002 2027-01-15 100"]);
  });

  it("is counted no more once a schedule is accepted that counts less", async () => {
    const { store } = database();
    await taken(store, trusting());
    await receive(store, trusting(), "2027-01-04", [quoting("70", ["2027-01-08", "400"])]);
    const config = trusting({}, { mismatch: { quantity: "70" } });
    const less = quoting("0", ["2027-01-08", "400"]);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-05", [less])), ["accepted"]);
    assert.equal(await corrected(store), "0");
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
  });
});
