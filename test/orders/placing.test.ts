import assert from "node:assert/strict";
import { acceptRevisions } from "../../src/orders/decide.ts";
import { heldRevisions } from "../../src/orders/views.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { account, statement } from "../../src/store/tables.ts";
import type { CalloffError } from "../../src/values/errors.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { aScheduleLine, on, ordered, outcomes, receive, taken, trusting, type Wanted } from "./a-home.ts";

const STEPS: readonly Wanted[] = [["2027-01-08", "400"]];
const waiting = async (store: Store) => (await heldRevisions(store)).map(({ id }) => id);

const refusal = (code: string, words: RegExp) => (thrown: unknown) => {
  const { code: found, remedy = "", exit } = thrown as CalloffError;
  assert.deepEqual([found, exit], [code, 5]);
  assert.match(remedy, words);
  return true;
};

onEveryDatabase("A schedule that was held because it belonged to no account", (database) => {
  it("is placed when it is accepted after its blanket order was imported, and says before what it waits for", async () => {
    const { store } = database();
    const config = trusting();
    const line = aScheduleLine(STEPS, { account: { cumulative: "100", kind: "received" } });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-04", [line])), ["held: unknown-item"]);
    await assert.rejects(
      acceptRevisions(store, config, [1], on("2027-01-05")),
      refusal("DECISION_NO_ACCOUNT", /^Import the blanket order/),
    );
    await taken(store, config);
    await acceptRevisions(store, config, [1], on("2027-01-05"));
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
    assert.deepEqual(
      (await select(store, statement, "")).map(({ kind, cumulative }) => [kind, cumulative]),
      [["received", 100_000_000n]],
    );
  });

  it("is placed when the partner's file says what its missing ship-to stands for", async () => {
    const { store } = database();
    await taken(store, trusting());
    const { shipTo: _, ...line } = aScheduleLine(STEPS);
    assert.deepEqual(outcomes(await receive(store, trusting(), "2027-01-04", [line])), ["held: no-ship-to"]);
    await assert.rejects(
      acceptRevisions(store, trusting(), [1], on("2027-01-05")),
      refusal("DECISION_NO_ACCOUNT", /schedule\.without\.shipTo/),
    );
    const told = trusting({ schedule: { without: { shipTo: "PLANT1" } } });
    await acceptRevisions(store, told, [1], on("2027-01-05"));
    assert.deepEqual(await ordered(store, told, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
    assert.equal((await select(store, account, "")).length, 1, "the account it stands for, and no other");
  });

  it("is superseded by the next one, whether or not that one finds its account", async () => {
    const { store } = database();
    const config = trusting();
    await receive(store, config, "2027-01-04", [aScheduleLine(STEPS, { releaseNumber: "1" })]);
    await receive(store, config, "2027-01-05", [aScheduleLine(STEPS, { releaseNumber: "2" })]);
    assert.deepEqual(await waiting(store), [2]);
    await assert.rejects(
      acceptRevisions(store, config, [1], on("2027-01-05")),
      refusal("DECISION_SUPERSEDED", /Decide on schedule 2/),
    );
    assert.deepEqual(
      outcomes(await receive(store, config, "2027-01-04", [aScheduleLine(STEPS, { releaseNumber: "1" })])),
      ["older"],
    );
    await taken(store, config);
    await receive(store, config, "2027-01-06", [aScheduleLine(STEPS, { releaseNumber: "3" })]);
    assert.deepEqual(await waiting(store), []);
  });

  it("stays superseded where the account got a newer one from another spelling meanwhile", async () => {
    const { store } = database();
    const told = trusting({ schedule: { without: { shipTo: "PLANT1" } } });
    await taken(store, told);
    const { shipTo: _, ...line } = aScheduleLine(STEPS, { releaseNumber: "1" });
    await receive(store, trusting(), "2027-01-04", [line]);
    await receive(store, told, "2027-01-05", [aScheduleLine(STEPS, { releaseNumber: "2" })]);
    await assert.rejects(
      acceptRevisions(store, told, [1], on("2027-01-05")),
      refusal("DECISION_SUPERSEDED", /Decide on schedule 2/),
    );
  });

  it("is not accepted where it asks for more than the contract that it was never judged against", async () => {
    const { store } = database();
    const config = trusting();
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "10001"]])]);
    await taken(store, config);
    await assert.rejects(
      acceptRevisions(store, config, [1], on("2027-01-05")),
      refusal("DECISION_NOT_POSSIBLE", /Raise the line's quantity/),
    );
    assert.deepEqual(await waiting(store), [1]);
  });
});

onEveryDatabase("Lines of one message for one account", (database) => {
  it("wait side by side, however far apart they stand in the message", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const others = Array.from({ length: 500 }, (_, n) => aScheduleLine(STEPS, { customerPart: `X-${n}` }));
    await receive(store, config, "2027-01-04", [
      aScheduleLine(STEPS),
      ...others,
      aScheduleLine([["2027-01-09", "50"]]),
    ]);
    const held = await heldRevisions(store, { part: "4N51-100-AA" });
    assert.deepEqual(
      held.map(({ documentLine, cause }) => [documentLine, cause]).toSorted(([a], [b]) => Number(a) - Number(b)),
      [
        [1, "which-line"],
        [502, "which-line"],
      ],
    );
  });
});
