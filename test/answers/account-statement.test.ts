import assert from "node:assert/strict";
import { accountStatements, accountsOfAgreement } from "../../src/answers/statement.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { writeSteps } from "../../src/schedules/curve-text.ts";
import type { Step } from "../../src/schedules/types.ts";
import { insertOne } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { curve, decision, message, revision, statement } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { quantity } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, type SeededBlanket, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";

const SETTINGS = settingsWith(partnerWith("acme"));

const step = (date: string, cumulative: string, kind: Step["kind"] = "dated"): Step => ({
  date: plainDate(date),
  kind,
  timing: kind === "backlog" ? "backlog" : "day",
  from: plainDate(date),
  to: plainDate(date),
  cumulative: quantity(cumulative),
  commitment: "",
  customerOrderNumber: "",
  reference: "",
  referenceKind: "",
  window: "",
  route: "",
  segment: 0,
});

const ship = (store: Store, on: string, note: string, orderLine: string, shipped: string) =>
  store.write((tx) =>
    bookShipment(
      tx,
      SETTINGS,
      {
        schema: "calloff/shipment-confirmation/1",
        confirmation: `ERP-${note}`,
        note,
        lines: [{ orderLine, quantity: shipped }],
      },
      occasionOn(on),
    ),
  );

/** A schedule accepted on the day it was issued. */
async function accepted(
  store: Store,
  accountId: number,
  of: { on: string; received: string; lastNote: string; steps: Step[] },
): Promise<void> {
  const { on, received, lastNote, steps } = of;
  await store.write(async (tx) => {
    const text = writeSteps(steps);
    const revisionId = await insertOne(tx, revision, {
      account_id: accountId,
      partner: "acme",
      layer: "forecast",
      message_id: await insertOne(tx, message, { type: "830" }),
      issued_on: on,
      dates: "delivery",
      cumulatives: "received",
      base: quantity(received),
      horizon_from: on,
      horizon_to: steps.at(-1)?.date ?? on,
      curve_id: await insertOne(tx, curve, { hash: text, steps: text }),
      judged_on: on,
      state: "accepted",
    });
    await insertOne(tx, decision, {
      revision_id: revisionId,
      verb: "accept",
      who: "policy",
      business_date: on,
      request_key: `r${revisionId}`,
    });
    const said = { account_id: accountId, revision_id: revisionId, last_note: lastNote, as_of: on };
    await insertOne(tx, statement, { ...said, kind: "received", cumulative: quantity(received) });
    await insertOne(tx, statement, { ...said, kind: "before-reset", cumulative: quantity("9999") });
  });
}

onEveryDatabase("the statement of an account", (database) => {
  const exampleOne = async (): Promise<SeededBlanket> => {
    const { store } = database();
    const blanket = await seedBlanket(store, { partner: "acme", lines: [{ item: "F-10", quantity: "10000" }] });
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["3000"] });
    await ship(store, "2027-03-02", "16", `${order}/10`, "2500");
    await ship(store, "2027-03-09", "17", `${order}/10`, "500");
    const accountId = blanket.lines[0]?.accountId as number;
    const steps = [step("2027-03-09", "2600", "backlog"), step("2027-03-12", "3000"), step("2027-03-19", "3600")];
    await accepted(store, accountId, { on: "2027-03-10", received: "2500", lastNote: "0016", steps });
    return blanket;
  };
  const on = async (day: string, blanket: SeededBlanket) => {
    const { store } = database();
    const accounts = await accountsOfAgreement(store, blanket.number);
    const [first] = await accountStatements(store, SETTINGS.partners, accounts, plainDate(day));
    assert.ok(first !== undefined);
    return first;
  };

  it("worked example 1: 500 in transit, explained by note 17; neither ahead nor behind this Friday", async () => {
    const statementOn = await on("2027-03-12", await exampleOne());
    assert.deepEqual(
      [statementOn.required, statementOn.released, statementOn.shipped, statementOn.ahead],
      ["3000", "3000", "3000", "0"],
    );
    assert.deepEqual(statementOn.received, {
      cumulative: "2500",
      kind: "received",
      lastNote: "0016",
      asOf: "2027-03-10",
    });
    assert.deepEqual(statementOn.transit, {
      quantity: "500",
      notes: [{ note: "17", quantity: "500", shippedOn: "2027-03-09" }],
      explainedBy: [],
      mismatch: "0",
      lastNote: "found",
    });
  });

  it("is behind once more is required, and ahead before", async () => {
    const blanket = await exampleOne();
    assert.equal((await on("2027-03-19", blanket)).ahead, "-600");
    assert.equal((await on("2027-03-11", blanket)).ahead, "400");
  });

  it("says what was known on an earlier day", async () => {
    const before = await on("2027-03-05", await exampleOne());
    assert.deepEqual(
      [before.required, before.shipped, before.received, before.transit],
      [undefined, "2500", undefined, undefined],
    );
  });

  it("shows a received figure above our shipped one as negative", async () => {
    const blanket = await exampleOne();
    const accountId = blanket.lines[0]?.accountId as number;
    const steps = [step("2027-03-26", "4000")];
    await accepted(database().store, accountId, { on: "2027-03-15", received: "3100", lastNote: "17", steps });
    const { transit } = await on("2027-03-15", blanket);
    assert.deepEqual([transit?.quantity, transit?.mismatch], ["-100", "100"]);
  });
});
