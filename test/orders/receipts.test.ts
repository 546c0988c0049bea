import assert from "node:assert/strict";
import { ledgerListing } from "../../src/answers/ledger-listing.ts";
import { accountStatements } from "../../src/answers/statement.ts";
import { receiptAdvice } from "../../src/documents/receipt-advice.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { importBlanketOrder } from "../../src/orders/agreements.ts";
import type { OrdersConfiguration } from "../../src/orders/configuration.ts";
import { acceptRevisions } from "../../src/orders/decide.ts";
import { dismissReceipts, placeReceipt } from "../../src/orders/decide-receipts.ts";
import { receiptDifferences } from "../../src/orders/receipt-differences.ts";
import { applyReceiptAdvice } from "../../src/orders/receipts.ts";
import { revisionView } from "../../src/orders/views.ts";
import { readFindings } from "../../src/store/findings.ts";
import { fingerprint } from "../../src/store/fingerprint.ts";
import { select, selectOne, update } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import { account, message, receipt, statement } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { onEveryDatabase } from "../support/databases.ts";
import {
  aBlanketOrder,
  aMessage,
  aPartner,
  aScheduleLine,
  on,
  ordered,
  outcomes,
  receive,
  taken,
  trusting,
} from "./a-home.ts";

const PART = "4N51-100-AA";

const confirm = (
  store: Store,
  config: OrdersConfiguration,
  day: string,
  orderLine: string,
  quantity: string,
  note: string,
) =>
  store.write((tx) =>
    bookShipment(
      tx,
      config,
      {
        schema: "calloff/shipment-confirmation/1",
        confirmation: `W-${note}`,
        note,
        lines: [{ orderLine, quantity }],
      },
      on(day),
    ),
  );

const said = async (
  store: Store,
  config: OrdersConfiguration,
  day: string,
  lines: readonly Record<string, unknown>[],
  more: Record<string, unknown> = {},
) => {
  const messageId = await aMessage(store, day);
  const acme = config.partners.get("acme") ?? aPartner();
  const document = receiptAdvice.parse({
    number: "RA-1",
    purpose: "original",
    note: "LS-17",
    receivedOn: day,
    lines,
    ...more,
  });
  const advice = { messageId, partner: acme, gateway: config.gateway, document, occasion: on(day, "acme") };
  const applied = await applyReceiptAdvice(store, advice);
  const row = await selectOne(store, message, "WHERE id = :messageId", { messageId });
  return {
    advice,
    states: applied.map(({ state, cause }) => [state, cause].filter(Boolean).join(": ")),
    state: row?.state,
    notes: readFindings(row?.findings ?? "").map(({ code, found }) => `${code} ${found ?? ""}`),
  };
};

const facts = async (store: Store) =>
  (await ledgerListing(store))
    .filter(({ kind }) => kind === "received" || kind === "corrected")
    .map(({ kind, quantity, cause, account: of }) => `${kind} ${quantity} ${cause} ${of}`);

/** A cumulative counted from a day, through a note. */
const since = (from: string, cumulative: string, note?: string) => ({
  account: { cumulative, kind: "received", from, ...(note === undefined ? {} : { note }) },
});

const waiting = async (store: Store) =>
  (await select(store, receipt, "WHERE state = 'held' ORDER BY id")).map(({ id }) => id);
const place = (store: Store, config: OrdersConfiguration, id: number, more: Record<string, string> = {}) =>
  placeReceipt(store, config, id, { line: "SH-000001/10", reason: "asked on the phone", ...more }, on("2027-01-07"));

/** Until a transaction waits for a lock of another; SQLite's writers queue up by themselves. */
const untilOneWaits = async (store: Store): Promise<void> => {
  if (store.dialect === "sqlite") return;
  const waits = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  for (let n = 0; n < 5000 && (await store.ask(waits)).length === 0; ) n += 1;
};

onEveryDatabase("A receipt advice", (database) => {
  /** 500 left on note LS-17, ordered by the schedule of 4 January; 600 more are wanted on the 15th. */
  const shipped = async () => {
    const { store } = database();
    const config = trusting({}, { mismatch: { quantity: "0" } });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [
      aScheduleLine([
        ["2027-01-04", "500"],
        ["2027-01-15", "600"],
      ]),
    ]);
    assert.deepEqual(await ordered(store, config, "2027-01-04"), ["SO-000001 2027-01-04 500"]);
    await confirm(store, config, "2027-01-04", "SO-000001/10", "500", "LS-17");
    return { store, config };
  };

  it("is a fact on the account and the note, and moves no sum by itself", async () => {
    const { store, config } = await shipped();
    const told = await said(store, config, "2027-01-06", [{ customerPart: PART, received: "500", unit: "EA" }]);
    assert.deepEqual([told.states, told.state, told.notes], [["booked"], "applied", []]);
    assert.deepEqual(await facts(store), ["received 500 SH-000001 acme/4N51-100-AA/PLANT1"]);
    assert.deepEqual(await ordered(store, config, "2027-01-15"), ["SO-000002 2027-01-15 600"]);
  });

  it("explains a cumulative that is short by what is missing, and is due again once that is accepted", async () => {
    const { store, config } = await shipped();
    const told = await said(store, config, "2027-01-06", [
      { customerPart: PART, shipped: "500", short: "20", condition: "short" },
    ]);
    assert.deepEqual(told.notes, ["RECEIPT_DIFFERS 480, short"]);
    assert.deepEqual(await facts(store), ["received 480 SH-000001 acme/4N51-100-AA/PLANT1"]);
    const line = aScheduleLine([["2027-01-15", "600"]], {
      account: { cumulative: "480", kind: "received", note: "ls 17" },
    });
    const [next] = await receive(store, config, "2027-01-08", [
      { ...line, account: { ...line.account, note: "LS-17" } },
    ]);
    assert.equal(next?.state, "accepted");
    assert.match((await revisionView(store, next?.revisionId ?? 0)).sentence, /explained by .*LS-17/);
    assert.deepEqual(await facts(store), [
      "received 480 SH-000001 acme/4N51-100-AA/PLANT1",
      "corrected -20 SH-000001 acme/4N51-100-AA/PLANT1",
    ]);
    // 480 + 600 are required, 480 count as released: the 20 that never came are not taken off what is ordered.
    assert.deepEqual(await ordered(store, config, "2027-01-15"), ["SO-000002 2027-01-15 600"]);
  });

  it("that comes after the schedule that shows it settles the mismatch then, and what is missing is due", async () => {
    const { store } = await shipped();
    const config = trusting({}, { mismatch: { quantity: "50" } });
    const line = aScheduleLine([["2027-01-15", "600"]], {
      account: { cumulative: "480", kind: "received", note: "LS-17" },
    });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-08", [line])), ["accepted"]);
    await said(store, config, "2027-01-09", [{ customerPart: PART, accepted: "480" }]);
    assert.deepEqual((await facts(store)).slice(1), ["corrected -20 SH-000001 acme/4N51-100-AA/PLANT1"]);
    assert.deepEqual(await ordered(store, config, "2027-01-15"), ["SO-000002 2027-01-15 600"]);
  });

  it("that quotes their cumulative shows the difference itself", async () => {
    const { store, config } = await shipped();
    await said(store, config, "2027-01-06", [
      { customerPart: PART, received: "500", rejected: "20", cumulative: "480" },
    ]);
    assert.deepEqual((await facts(store)).slice(1), ["corrected -20 SH-000001 acme/4N51-100-AA/PLANT1"]);
    assert.deepEqual(
      (await select(store, statement, "WHERE revision_id IS NULL")).map(({ kind, last_note }) => [kind, last_note]),
      [["received", "LS-17"]],
    );
    const [of] = await accountStatements(
      store,
      config.partners,
      await select(store, account, ""),
      plainDate("2027-01-06"),
    );
    assert.deepEqual(
      [of?.shipped, of?.received?.cumulative, of?.transit?.quantity, of?.transit?.mismatch],
      ["480", "480", "0", "0"],
    );
    // 20 of what the schedule in force asks for never came.
    assert.deepEqual(await ordered(store, config, "2027-01-06"), ["SO-000002 2027-01-04 20"]);
  });

  it("counts once, however often the same call or the same advice comes", async () => {
    const { store, config } = await shipped();
    const { advice } = await said(store, config, "2027-01-06", [{ customerPart: PART, received: "480" }]);
    const before = await fingerprint(store);
    await applyReceiptAdvice(store, advice);
    assert.equal(await fingerprint(store), before);
    const again = await said(store, config, "2027-01-07", [{ customerPart: PART, received: "480" }]);
    assert.deepEqual(again.states, ["repeated"]);
    assert.equal((await facts(store)).length, 1);
  });

  it("that comes again with another figure counts for the one before it; one of another number adds to it", async () => {
    const { store, config } = await shipped();
    await said(store, config, "2027-01-06", [{ customerPart: PART, received: "300" }]);
    await said(store, config, "2027-01-07", [{ customerPart: PART, received: "280" }], { purpose: "replace" });
    await said(store, config, "2027-01-08", [{ customerPart: PART, received: "200" }], { number: "RA-2" });
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ").slice(0, 2).join(" ")),
      ["received 300", "received -20", "received 200"],
    );
    await said(store, config, "2027-01-09", [{ customerPart: PART, received: "200" }], {
      number: "RA-2",
      purpose: "cancel",
    });
    assert.equal((await facts(store)).at(-1)?.startsWith("received -200"), true);
  });

  it("that is cancelled explains nothing any more, and one that was never sent is cancelled without a trace", async () => {
    const { store, config } = await shipped();
    const line = { customerPart: PART, received: "0" };
    assert.deepEqual((await said(store, config, "2027-01-05", [line], { number: "RA-0", purpose: "cancel" })).states, [
      "filed",
    ]);
    await said(store, config, "2027-01-06", [line]);
    await said(store, config, "2027-01-07", [line], { purpose: "cancel" });
    const schedule = aScheduleLine([["2027-01-15", "600"]], {
      account: { cumulative: "0", kind: "received", note: "LS-17" },
    });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-08", [schedule])), ["held: mismatch"]);
    await said(store, config, "2027-01-09", [line], { number: "RA-2" });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-10", [schedule])), ["accepted"]);
  });

  /** Last year's note, its advice, and this year's first delivery: 700 on LS-18. */
  const intoANewYear = async (received: string) => {
    const { store } = database();
    const config = trusting({ schedule: { reset: "ship-date" } }, { mismatch: { quantity: "0" } });
    await taken(store, config);
    await receive(store, config, "2026-12-01", [aScheduleLine([["2026-12-20", "500"]], since("2026-01-01", "0"))]);
    await ordered(store, config, "2026-12-20");
    await confirm(store, config, "2026-12-20", "SO-000001/10", "500", "LS-17");
    await said(store, config, "2026-12-22", [{ customerPart: PART, received }]);
    await receive(store, config, "2026-12-23", [
      aScheduleLine([["2027-01-09", "700"]], since("2026-01-01", received, "LS-17")),
    ]);
    const [next] = await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-09", "700"]], since("2027-01-01", "0")),
    ]);
    await acceptRevisions(store, config, [next?.revisionId ?? 0], on("2027-01-04"));
    await ordered(store, config, "2027-01-09");
    await confirm(store, config, "2027-01-09", "SO-000002/10", "700", "LS-18");
    /** A schedule of this year that counts so much as received through LS-18. */
    const counted = async (day: string, cumulative: string) =>
      outcomes(
        await receive(store, config, day, [
          aScheduleLine([["2027-02-15", "600"]], since("2027-01-01", cumulative, "LS-18")),
        ]),
      );
    return { store, config, counted };
  };

  it("that is replaced after their cumulative began anew counts there by what it changes", async () => {
    const { store, config, counted } = await intoANewYear("500");
    await said(store, config, "2027-01-10", [{ customerPart: PART, received: "480" }], { purpose: "replace" });
    assert.deepEqual(await counted("2027-01-12", "680"), ["accepted"]);
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ").slice(0, 3).join(" ")),
      ["received 500 SH-000001", "received -20 SH-000001", "corrected -20 SH-000001"],
    );
  });

  it("counts there by what it changes also where last year's cumulative has shown a difference already", async () => {
    const { store, config, counted } = await intoANewYear("480");
    await said(store, config, "2027-01-10", [{ customerPart: PART, received: "470" }], { purpose: "replace" });
    assert.deepEqual(await counted("2027-01-12", "690"), ["accepted"]);
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ").slice(0, 3).join(" ")),
      ["received 480 SH-000001", "corrected -20 SH-000001", "received -10 SH-000001", "corrected -10 SH-000001"],
    );
  });

  it("that is cancelled after their cumulative began anew explains nothing there", async () => {
    const { store, config, counted } = await intoANewYear("500");
    await said(store, config, "2027-01-10", [{ customerPart: PART, received: "500" }], { purpose: "cancel" });
    assert.deepEqual((await facts(store)).at(-1)?.split(" ").slice(0, 2), ["received", "-500"]);
    const [of] = await select(store, account, "");
    assert.deepEqual(await receiptDifferences(store, [of?.id ?? 0]), new Map());
    assert.deepEqual(await counted("2027-01-12", "700"), ["accepted"]);
  });

  it("adds up the lines that it has for one item of a note", async () => {
    const { store, config } = await shipped();
    const { states, notes } = await said(store, config, "2027-01-06", [
      { customerPart: PART, received: "250", segment: 4 },
      { customerPart: PART, received: "250", segment: 7 },
    ]);
    assert.deepEqual(states, ["booked", "booked"]);
    assert.deepEqual(notes, []);
    assert.deepEqual((await facts(store)).length, 1);
  });

  it("says of a note by what it differs, in as many lines and advices as it likes, and the note counts once", async () => {
    const { store, config } = await shipped();
    const differs = async (
      day: string,
      number: string,
      lines: readonly Record<string, string>[],
      purpose = "original",
    ) =>
      (
        await said(
          store,
          config,
          day,
          lines.map((line) => ({ customerPart: PART, ...line })),
          { number, purpose },
        )
      ).notes;
    assert.deepEqual(await differs("2027-01-06", "RA-1", [{ short: "5" }, { rejected: "3" }]), ["RECEIPT_DIFFERS 492"]);
    assert.deepEqual(await differs("2027-01-07", "RA-2", [{ rejected: "20" }]), ["RECEIPT_DIFFERS 472"]);
    assert.deepEqual(await differs("2027-01-08", "RA-3", [{ received: "498" }]), ["RECEIPT_DIFFERS 470"]);
    assert.deepEqual(await differs("2027-01-09", "RA-3", [{ received: "500" }], "replace"), ["RECEIPT_DIFFERS 472"]);
    assert.deepEqual(await differs("2027-01-10", "RA-1", [{ short: "5" }], "cancel"), ["RECEIPT_DIFFERS 480"]);
    assert.deepEqual(await differs("2027-01-11", "RA-3", [{ received: "500" }], "cancel"), ["RECEIPT_DIFFERS 480"]);
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ")[1]),
      ["492", "-20", "-2", "2", "8", "0"],
    );
  });

  it("waits for a note that is not booked yet, and is booked with it", async () => {
    const { store, config } = await shipped();
    const early = await said(store, config, "2027-01-15", [{ customerPart: PART, received: "590" }], {
      note: "LS-18",
      number: "RA-9",
    });
    assert.deepEqual([early.states, early.notes], [["held: unknown-note"], [`RECEIPT_HELD note LS-18, ${PART}`]]);
    assert.deepEqual(await facts(store), []);
    await ordered(store, config, "2027-01-15");
    await confirm(store, config, "2027-01-15", "SO-000002/10", "600", "LS-18");
    assert.deepEqual(await facts(store), ["received 590 SH-000002 acme/4N51-100-AA/PLANT1"]);
  });

  it("that comes at the moment in which its note is booked is booked all the same", async () => {
    const { store, config } = await shipped();
    await ordered(store, config, "2027-01-15");
    const notes = Array.from({ length: 8 }, (_, n) => `LS-2${n}`);
    for (const note of notes) {
      await Promise.all([
        confirm(store, config, "2027-01-15", "SO-000002/10", "50", note),
        said(store, config, "2027-01-15", [{ customerPart: PART, received: "50" }], { note, number: `RA-${note}` }),
      ]);
    }
    const booked = (await facts(store)).filter((fact) => fact.startsWith("received 50 "));
    assert.equal(booked.length, notes.length);
  });

  it("on another item, another unit, no note, or with figures that say nothing, is held and says so", async () => {
    const { store, config } = await shipped();
    const { states, state } = await said(store, config, "2027-01-06", [
      { customerPart: "OTHER", received: "500" },
      { customerPart: PART, received: "500", unit: "KG" },
      { customerPart: PART, received: "-5" },
      { customerPart: PART },
      { note: " ", customerPart: PART, received: "5" },
    ]);
    assert.deepEqual(states, ["held: unknown-item", "held: unit", "held: unclear", "held: unclear", "held: no-note"]);
    assert.equal(state, "applied");
    assert.deepEqual(await facts(store), []);
  });

  it("that is a copy is filed, and one that changes without saying how is held", async () => {
    const { store, config } = await shipped();
    const line = { customerPart: PART, received: "480" };
    assert.deepEqual((await said(store, config, "2027-01-06", [line], { purpose: "copy" })).states, ["filed"]);
    assert.deepEqual((await said(store, config, "2027-01-06", [line], { purpose: "change" })).states, [
      "held: purpose",
    ]);
    assert.deepEqual(await facts(store), []);
  });

  it("that waits is booked where a planner says it belongs, and explains their cumulative from then on", async () => {
    const { store, config } = await shipped();
    await said(store, config, "2027-01-06", [{ customerPart: "OLD-NAME", received: "480" }]);
    const [id = 0] = await waiting(store);
    assert.equal((await place(store, config, id)).state, "booked");
    assert.deepEqual(await facts(store), ["received 480 SH-000001 acme/4N51-100-AA/PLANT1"]);
    const line = aScheduleLine([["2027-01-15", "600"]], {
      account: { cumulative: "480", kind: "received", note: "LS-17" },
    });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-08", [line])), ["accepted"]);
    await assert.rejects(place(store, config, id), { code: "RECEIPT_DECIDED", exit: 5 });
    await assert.rejects(place(store, config, 99), { code: "RECEIPT_UNKNOWN", exit: 3 });
  });

  it("counts a line that a planner places with those of its message, and not at all behind a later message", async () => {
    const { store, config } = await shipped();
    const lines = [
      { customerPart: PART, received: "250" },
      { customerPart: "OLD-NAME", received: "230" },
      { customerPart: "OLDER-NAME", received: "1" },
    ];
    assert.deepEqual((await said(store, config, "2027-01-06", lines)).states, [
      "booked",
      "held: unknown-item",
      "held: unknown-item",
    ]);
    const [second = 0, third = 0] = await waiting(store);
    await place(store, config, second);
    const [of] = await select(store, account, "");
    const open = async () =>
      [...(await receiptDifferences(store, [of?.id ?? 0])).values()].flat().map(({ quantity }) => quantity);
    assert.deepEqual(await open(), [-20_000_000n]);
    await said(store, config, "2027-01-08", [{ customerPart: PART, received: "490" }], { purpose: "replace" });
    assert.deepEqual(await open(), [-10_000_000n]);
    await assert.rejects(place(store, config, third), { code: "RECEIPT_OVERTAKEN", exit: 5 });
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ")[1]),
      ["250", "230", "10"],
    );
  });

  it("that comes again counts a line that a planner places with the lines that say the same as before", async () => {
    const { store, config } = await shipped();
    const lines = [
      { customerPart: PART, received: "250" },
      { customerPart: "OLD-NAME", received: "230" },
    ];
    await said(store, config, "2027-01-06", lines);
    assert.deepEqual((await said(store, config, "2027-01-07", lines)).states, ["repeated", "held: unknown-item"]);
    const [first = 0, second = 0] = await waiting(store);
    await place(store, config, second);
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ")[1]),
      ["250", "230"],
    );
    await assert.rejects(place(store, config, first), { code: "RECEIPT_OVERTAKEN" });
    await said(store, config, "2027-01-08", [{ customerPart: PART, received: "490" }], { purpose: "replace" });
    assert.equal((await facts(store)).at(-1)?.split(" ")[1], "10");
  });

  it("that comes again in one line has the line added that a planner places, whatever was placed of it before", async () => {
    const { store, config } = await shipped();
    const old = { customerPart: "OLD-NAME", received: "230" };
    await said(store, config, "2027-01-06", [{ customerPart: PART, received: "250" }, old]);
    const [first = 0] = await waiting(store);
    await place(store, config, first);
    assert.deepEqual((await said(store, config, "2027-01-07", [{ customerPart: PART, received: "480" }, old])).states, [
      "repeated",
      "held: unknown-item",
    ]);
    const [second = 0] = await waiting(store);
    await place(store, config, second);
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ")[1]),
      ["250", "230", "230"],
    );
  });

  it("that is applied last counts, though its message was registered before the other", async () => {
    const { store, config } = await shipped();
    const messageId = await aMessage(store, "2027-01-06");
    const { advice } = await said(store, config, "2027-01-07", [
      { customerPart: PART, received: "480" },
      { customerPart: "OLD-NAME", received: "1" },
    ]);
    const document = { ...advice.document, lines: [{ customerPart: PART, received: "490" }] };
    const [line] = await applyReceiptAdvice(store, { ...advice, messageId, document });
    assert.equal(line?.state, "booked");
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ")[1]),
      ["480", "10"],
    );
    const [id = 0] = await waiting(store);
    await assert.rejects(place(store, config, id), { code: "RECEIPT_OVERTAKEN", exit: 5 });
  });

  it("whose figures cannot be taken is placed with a quantity only, on a line of that customer's", async () => {
    const { store, config } = await shipped();
    await said(store, config, "2027-01-06", [{ customerPart: PART, received: "4", unit: "BX" }]);
    const [id = 0] = await waiting(store);
    await assert.rejects(place(store, config, id), { code: "RECEIPT_QUANTITY", exit: 2 });
    await assert.rejects(place(store, config, id, { quantity: "-1" }), { code: "RECEIPT_QUANTITY" });
    for (const line of ["SH-000001/20", "SH-000009/10", "SO-000001/10", "17"]) {
      await assert.rejects(place(store, config, id, { line, quantity: "480" }), {
        code: "RECEIPT_LINE_UNKNOWN",
        exit: 3,
      });
    }
    assert.equal((await place(store, config, id, { quantity: "480" })).state, "booked");
    assert.deepEqual(await facts(store), ["received 480 SH-000001 acme/4N51-100-AA/PLANT1"]);
  });

  it("in another unit than the line that a planner names is placed with a quantity only; a cancellation needs none", async () => {
    const { store, config } = await shipped();
    const line = { customerPart: "OLD-NAME", received: "4", unit: "BX" };
    await said(store, config, "2027-01-06", [line]);
    const [id = 0] = await waiting(store);
    await assert.rejects(place(store, config, id), { code: "RECEIPT_QUANTITY", exit: 2 });
    assert.deepEqual(await facts(store), []);
    await place(store, config, id, { quantity: "480" });
    await said(store, config, "2027-01-07", [line, { ...line, customerPart: PART }], { purpose: "cancel" });
    const [other = 0, named = 0] = await waiting(store);
    assert.equal((await place(store, config, other)).state, "booked");
    assert.equal((await place(store, config, named)).state, "booked");
    assert.deepEqual(
      (await facts(store)).map((fact) => fact.split(" ")[1]),
      ["480", "-480", "0"],
    );
  });

  it("is let go with a reason, all or none, and waits for its note no more", async () => {
    const { store, config } = await shipped();
    await said(store, config, "2027-01-15", [{ customerPart: PART, received: "590" }], { note: "LS-18" });
    const [id = 0] = await waiting(store);
    const dismiss = (ids: readonly number[], reason = "their mistake") =>
      dismissReceipts(store, ids, reason, on("2027-01-15"));
    await assert.rejects(dismiss([id], " "), { code: "DECISION_REASON", exit: 2 });
    await assert.rejects(dismiss([id, 99]), { code: "RECEIPT_UNKNOWN" });
    assert.deepEqual(
      (await dismiss([id])).map(({ state }) => state),
      ["dismissed"],
    );
    await assert.rejects(dismiss([id]), { code: "RECEIPT_DECIDED" });
    await ordered(store, config, "2027-01-15");
    await confirm(store, config, "2027-01-15", "SO-000002/10", "600", "LS-18");
    assert.deepEqual(await facts(store), []);
  });

  it("that is let go while a planner places it, or while its note is booked, is booked on nothing", async () => {
    const { store, config } = await shipped();
    await said(store, config, "2027-01-15", [{ customerPart: PART, received: "590" }], { note: "LS-18" });
    await ordered(store, config, "2027-01-15");
    const [id = 0] = await waiting(store);
    /** Lets the receipt go; what is begun meanwhile sees it wait still. */
    const letGoAround = async <T>(begin: () => Promise<T>) => {
      const [begun] = await store.write(async (tx) => {
        await update(tx, receipt, { state: "dismissed" }, "id = :id", { id });
        const one = Promise.allSettled([begin()]);
        await untilOneWaits(store);
        return [one];
      });
      const [done] = await begun;
      return done;
    };
    const placed = await letGoAround(() => place(store, config, id));
    assert.equal(placed.status === "rejected" && (placed.reason as { code?: string }).code, "RECEIPT_DECIDED");
    assert.deepEqual(await facts(store), []);
    await store.write((tx) => update(tx, receipt, { state: "held" }, "id = :id", { id }));
    const confirmed = await letGoAround(() => confirm(store, config, "2027-01-15", "SO-000002/10", "600", "LS-18"));
    assert.equal(confirmed.status, "fulfilled");
    assert.deepEqual(await facts(store), []);
    assert.equal((await selectOne(store, receipt, "WHERE id = :id", { id }))?.state, "dismissed");
  });

  it("is never booked on the note of another customer", async () => {
    const { store, config } = await shipped();
    const other = aPartner({ theirs: [{ id: "BOLT" }] }, "bolt");
    await store.write((tx) =>
      importBlanketOrder(
        tx,
        aBlanketOrder({ partner: "bolt" }),
        { ...config, partners: new Map([["bolt", other]]) },
        on("2027-01-01", "erp"),
      ),
    );
    const messageId = await aMessage(store, "2027-01-06");
    const document = receiptAdvice.parse({
      number: "RA-1",
      note: "LS-17",
      lines: [{ customerPart: PART, received: "500" }],
    });
    const [line] = await applyReceiptAdvice(store, {
      messageId,
      partner: other,
      gateway: config.gateway,
      document,
      occasion: on("2027-01-06", "bolt"),
    });
    assert.equal(line?.cause, "unknown-note");
  });
});
