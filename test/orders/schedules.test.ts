import assert from "node:assert/strict";
import { applySchedule } from "../../src/orders/apply-schedule.ts";
import { cancelOrder } from "../../src/orders/cancel-order.ts";
import { acceptRevisions, withdrawRevisions } from "../../src/orders/decide.ts";
import { releaseDue } from "../../src/orders/release.ts";
import { blanketView, heldRevisions, revisionDiff, revisionView } from "../../src/orders/views.ts";
import { fingerprint } from "../../src/store/fingerprint.ts";
import { select, selectOne } from "../../src/store/rows.ts";
import type { Queryable, Store, Tx } from "../../src/store/store.ts";
import { account, agreement, childOrder, revision, split, statement } from "../../src/store/tables.ts";
import { plainDate } from "../../src/values/dates.ts";
import { quantity } from "../../src/values/figures.ts";
import { freshDatabase, onEveryDatabase } from "../support/databases.ts";
import {
  aConfiguration,
  aMessage,
  aScheduleLine,
  on,
  ordered,
  outcomes,
  receive,
  ship,
  taken,
  trusting,
  type Wanted,
} from "./a-home.ts";

const twoParts = {
  lines: [
    { line: 10, item: "B-100", customerPart: "4N51-100-AA", quantity: "10000" },
    { line: 20, item: "B-200", customerPart: "4N51-200-AA", quantity: "10000" },
  ],
};
const other = (steps: readonly Wanted[]) => aScheduleLine(steps, { customerPart: "4N51-200-AA" });

const release = (of: string, issuedOn: string) => aScheduleLine([["2027-01-08", of]], { releaseNumber: "8", issuedOn });

const parts = (n: number) => Array.from({ length: n }, (_, k) => `P-${k}`);
const schedule = (n: number, of: string) =>
  parts(n).map((customerPart) =>
    aScheduleLine(
      [
        ["2027-01-08", of],
        ["2027-02-08", "5"],
      ],
      { customerPart },
    ),
  );

const quoting = (cumulative: string) =>
  aScheduleLine([["2027-01-20", "300"]], { account: { cumulative, kind: "received" } });

onEveryDatabase("A schedule that comes in", (database) => {
  it("is held when it is the first, and in force when a planner accepts it", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, config);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "400"]])])), [
      "held: first",
    ]);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), []);
    const [held] = await heldRevisions(store);
    assert.equal(held?.sentence, "first schedule: 400 in all by 8 January");
    await acceptRevisions(store, config, [held?.id ?? 0], on("2027-01-05"), { reason: "as agreed" });
    assert.deepEqual(await heldRevisions(store), []);
    assert.deepEqual(await ordered(store, config, "2027-01-07"), []);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
  });

  it("replaces the one before completely when the policy lets it pass", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [
      aScheduleLine([
        ["2027-01-08", "400"],
        ["2027-01-15", "600"],
      ]),
    ]);
    const before = await select(store, split, "ORDER BY order_on");
    await receive(store, config, "2027-01-05", [
      aScheduleLine([
        ["2027-01-08", "400"],
        ["2027-01-22", "600"],
      ]),
    ]);
    const after = await select(store, split, "ORDER BY order_on");
    assert.deepEqual(
      after.map((row) => [row.order_on, row.cumulative]),
      [
        ["2027-01-08", quantity("400")],
        ["2027-01-22", quantity("1000")],
      ],
    );
    // What says the same stays the same row, with the revision that first said it.
    assert.deepEqual(after[0], before[0]);
  });

  it("has no effect when it is applied again, and none when the customer repeats it", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const lines = [aScheduleLine([["2027-01-08", "400"]], { releaseNumber: "7" })];
    const first = await receive(store, config, "2027-01-04", lines);
    const partner = config.partners.get("acme");
    assert.ok(partner);
    const [row] = await select(store, revision, "");
    const again = await applySchedule(store, {
      messageId: row?.message_id ?? 0,
      partner,
      policy: config.policyOf(partner),
      gateway: config.gateway,
      document: { lines },
      occasion: on("2027-01-04"),
    });
    assert.deepEqual(again, first);
    const shifted = aScheduleLine([["2027-01-08", "400"]], { releaseNumber: "7", segment: 99 });
    const repeated = await receive(store, config, "2027-01-04", [shifted]);
    assert.deepEqual(outcomes(repeated), ["repeated"]);
    assert.equal((await select(store, split, "")).length, 1);
    assert.equal((await select(store, statement, "")).length, 1);
  });

  it("is filed as history when it is older than the one in force", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-05", [aScheduleLine([["2027-01-08", "400"]], { releaseNumber: "8" })]);
    const late = await receive(store, config, "2027-01-06", [
      aScheduleLine([["2027-01-08", "100"]], { releaseNumber: "7", issuedOn: "2027-01-04" }),
    ]);
    assert.deepEqual(outcomes(late), ["older"]);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
  });

  it("is judged as a new one when its number comes again with other content, or held where the policy says so", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [release("400", "2027-01-04")]);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-05", [release("500", "2027-01-05")])), [
      "accepted",
    ]);
    const strict = trusting({}, { sameNumberOtherContent: "hold" });
    assert.deepEqual(outcomes(await receive(store, strict, "2027-01-06", [release("600", "2027-01-06")])), [
      "held: same-number",
    ]);
  });

  it("holds one item without holding its neighbours", async () => {
    const { store } = database();
    const config = trusting({}, { zones: [{ name: "all", increase: {}, decrease: "any" }] });
    await taken(store, config, twoParts);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "400"]]), other([["2027-01-08", "50"]])]);
    const next = [aScheduleLine([["2027-01-08", "900"]]), other([["2027-01-08", "40"]])];
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-05", next)), ["held: changed", "accepted"]);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400+40"]);
    const [held] = await heldRevisions(store, { partner: "acme" });
    assert.equal(held?.sentence, "+500 on 8 January; nothing moved");
  });

  it("supersedes one that waits, which can then not be accepted any more", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, config);
    const [old] = await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-08", "400"]], { releaseNumber: "1" }),
    ]);
    const [now] = await receive(store, config, "2027-01-05", [
      aScheduleLine([["2027-01-08", "500"]], { releaseNumber: "2" }),
    ]);
    await assert.rejects(acceptRevisions(store, config, [old?.revisionId ?? 0], on("2027-01-05")), {
      code: "DECISION_SUPERSEDED",
      exit: 5,
      found: `schedule ${old?.revisionId} (release 1 of 2027-01-04), superseded by schedule ${now?.revisionId} (release 2 of 2027-01-05), which is held`,
    });
    await acceptRevisions(store, config, [now?.revisionId ?? 0], on("2027-01-05"));
  });

  it("keeps what the customer states from the moment it is read, also while it is held", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-08", "400"]], { account: { cumulative: "20", kind: "received", note: "17" } }),
    ]);
    const [said] = await select(store, statement, "");
    assert.deepEqual(
      [said?.kind, said?.cumulative, said?.last_note, said?.as_of],
      ["received", quantity("20"), "17", "2027-01-04"],
    );
    const [held] = await heldRevisions(store);
    assert.match(held?.sentence ?? "", /their cumulative is 20 more than ours/);
  });

  it("never orders again what the customer has received", async () => {
    const { store } = database();
    const config = trusting({}, { mismatch: { quantity: "100" } });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-08", "3"]], { account: { cumulative: "20", kind: "shipped" } }),
    ]);
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 3"]);
  });

  it("asks when the customer's cumulative falls though no new start is stated, even to a figure that was ours", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-04", [quoting("70")])), ["accepted"]);
    const [fallen] = await receive(store, config, "2027-01-05", [quoting("0")]);
    assert.deepEqual([fallen?.state, fallen?.cause], ["held", "mismatch"]);
    assert.match(fallen?.sentence ?? "", /their cumulative fell by 70, and no new start is stated/);
    const tolerant = trusting({}, { mismatch: { quantity: "70" } });
    assert.deepEqual(outcomes(await receive(store, tolerant, "2027-01-06", [quoting("0")])), ["accepted"]);
  });

  it("is compared by ship dates with one by delivery dates: the transit days are no change, nor is what comes behind its end", async () => {
    const { store } = database();
    const config = aConfiguration({ partner: { orders: { transitDays: 2 } }, policy: { first: "accept" } });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-12", "300"]])]);
    const byShipDate = aScheduleLine([
      ["2027-01-10", "300"],
      ["2027-01-11", "50"],
    ]);
    const next = await receive(store, config, "2027-01-05", [byShipDate], { basis: "shipment" });
    assert.deepEqual(outcomes(next), ["accepted"]);
  });

  it("never ships what is only planned", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [
      aScheduleLine([
        ["2027-01-08", "100", "firm"],
        ["2027-01-15", "400", "planned"],
      ]),
    ]);
    assert.deepEqual(await ordered(store, config, "2027-12-31"), ["SO-000001 2027-01-08 100"]);
  });

  it("holds a line without ship-to, an unknown item and one that several lines fit; the partner's file decides", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, {
      lines: [
        { line: 10, item: "A", customerPart: "PART-A", quantity: "100" },
        { line: 20, item: "B", customerPart: "PART-B", quantity: "100" },
        { line: 30, item: "B", customerPart: "PART-B", shipTo: "PLANT2", quantity: "100" },
      ],
    });
    const { shipTo: _, ...lost } = aScheduleLine([["2027-01-08", "1"]], { customerPart: "PART-A" });
    const { shipTo: _two, ...either } = aScheduleLine([["2027-01-08", "1"]], { customerPart: "PART-B" });
    const stranger = aScheduleLine([["2027-01-08", "1"]], { customerPart: "PART-X" });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-04", [lost, stranger])), [
      "held: no-ship-to",
      "held: unknown-item",
    ]);
    const [held] = await heldRevisions(store);
    await assert.rejects(acceptRevisions(store, config, [held?.id ?? 0], on("2027-01-04")), {
      code: "DECISION_NO_ACCOUNT",
    });
    const ignoring = trusting({ schedule: { without: { shipTo: "ignore" } } });
    assert.deepEqual(outcomes(await receive(store, ignoring, "2027-01-05", [lost, either])), [
      "accepted",
      "held: which-line",
    ]);
    assert.deepEqual(await ordered(store, ignoring, "2027-01-08"), ["SO-000001 2027-01-08 1"]);
    const [order] = await select(store, childOrder, "");
    assert.equal(order?.ship_to, "PLANT1");
  });

  it("finds its account however part and ship-to are spelled, and its line by the order number it quotes", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await taken(store, config, { customerNumber: "PO 88" });
    const spelled = { customerPart: " 4n51-100-aa ", shipTo: { code: "plant1" } };
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "5"]], spelled)]);
    await releaseDue(store, config, on("2027-01-08"));
    await receive(store, config, "2027-01-09", [
      aScheduleLine(
        [
          ["2027-01-08", "5"],
          ["2027-01-15", "7"],
        ],
        { orderNumber: "po 88" },
      ),
    ]);
    await releaseDue(store, config, on("2027-01-15"));
    const orders = await select(store, childOrder, "ORDER BY id");
    const agreements = await select(store, agreement, "ORDER BY id");
    assert.deepEqual(
      orders.map((order) => agreements.find(({ id }) => id === order.agreement_id)?.number),
      ["BA-000001", "BA-000002"],
    );
    assert.equal((await select(store, account, "")).length, 2);
  });

  it("is held while its blanket order has expired or is on hold, and cannot be accepted then", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, { expiresOn: "2027-01-31" });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-31", [aScheduleLine([["2027-02-08", "5"]])])), [
      "accepted",
    ]);
    const [late] = await receive(store, config, "2027-02-01", [aScheduleLine([["2027-02-08", "6"]])]);
    assert.deepEqual([late?.state, late?.cause], ["held", "expired"]);
    await assert.rejects(acceptRevisions(store, config, [late?.revisionId ?? 0], on("2027-02-01")), {
      code: "AGREEMENT_EXPIRED",
      exit: 5,
    });
    assert.deepEqual(await ordered(store, config, "2027-02-08"), []);
  });

  it("is held when its purpose is neither original nor replacement, and filed when it is a copy", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const lines = [aScheduleLine([["2027-01-08", "400"]])];
    const [change] = await receive(store, config, "2027-01-04", lines, { purpose: "cancel" });
    assert.equal(change?.cause, "purpose");
    assert.match(change?.sentence ?? "", /cancel/);
    await assert.rejects(acceptRevisions(store, config, [change?.revisionId ?? 0], on("2027-01-04")), {
      code: "DECISION_NOT_POSSIBLE",
    });
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-04", lines, { purpose: "copy" })), ["filed"]);
    const told = trusting({ schedule: { purposes: { change: "replace" } } });
    assert.deepEqual(outcomes(await receive(store, told, "2027-01-05", lines, { purpose: "change" })), ["accepted"]);
  });

  it("is held when what it may release goes beyond the contract, and only then", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const planned = [
      aScheduleLine([
        ["2027-01-08", "10000", "firm"],
        ["2027-01-15", "1", "planned"],
      ]),
    ];
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-04", planned)), ["accepted"]);
    const firm = [aScheduleLine([["2027-01-08", "10001", "firm"]])];
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-05", firm)), ["held: exceeds-contract"]);
  });

  it("is held beyond the contract also while orders cancelled by hand are withheld: accepting it lifts them", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-04", "4000"]])]);
    await ordered(store, config, "2027-01-04");
    await cancelOrder(store, config, "SO-000001", on("2027-01-04"), "by phone");
    const [asked] = await receive(store, config, "2027-01-05", [aScheduleLine([["2027-01-04", "12000"]])]);
    assert.deepEqual([asked?.state, asked?.cause], ["held", "exceeds-contract"]);
  });

  it("with two lines for one account is held: neither is taken for the other", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const line = aScheduleLine([["2027-01-08", "400"]]);
    const applied = await receive(store, config, "2027-01-04", [line, line]);
    assert.deepEqual(outcomes(applied), ["held: which-line", "held: which-line"]);
    await acceptRevisions(store, config, [applied[1]?.revisionId ?? 0], on("2027-01-04"));
  });
});

onEveryDatabase("An item that a complete message does not list any more", (database) => {
  for (const [missingItem, outcome, releases] of [
    ["keep", [], ["SO-000001 2027-01-08 400+50"]],
    ["zero", ["accepted"], ["SO-000001 2027-01-08 400"]],
    ["ask", ["held: not-listed"], ["SO-000001 2027-01-08 400+50"]],
  ] as const) {
    it(`is taken as the policy says: ${missingItem}`, async () => {
      const { store } = database();
      const config = trusting({ schedule: { listsEveryItem: true } }, { missingItem });
      await taken(store, config, twoParts);
      const first = aScheduleLine([["2027-01-08", "400"]]);
      await receive(store, config, "2027-01-04", [first, other([["2027-01-08", "50"]])]);
      const applied = await receive(store, config, "2027-01-05", [first]);
      assert.deepEqual(outcomes(applied), ["accepted", ...outcome]);
      assert.deepEqual(await ordered(store, config, "2027-01-08"), releases);
    });
  }

  it("is asked for where the message itself says that it is complete, and for its ship-tos only", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, twoParts);
    const first = aScheduleLine([["2027-01-08", "400"]]);
    await receive(store, config, "2027-01-04", [first, other([["2027-01-08", "50"]])]);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-05", [{ ...first, completeness: "changes" }])), [
      "accepted",
    ]);
    assert.deepEqual(outcomes(await receive(store, config, "2027-01-06", [{ ...first, completeness: "complete" }])), [
      "accepted",
      "held: not-listed",
    ]);
  });
});

onEveryDatabase("A decision", (database) => {
  it("is made once: of two at the same moment one is told who was faster", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, config);
    const [held] = await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "400"]])]);
    const ids = [held?.revisionId ?? 0];
    const done = await Promise.allSettled([
      acceptRevisions(store, config, ids, on("2027-01-05", "anna")),
      withdrawRevisions(store, ids, on("2027-01-05", "bert"), { reason: "not agreed" }),
    ]);
    const lost = done.filter((one) => one.status === "rejected");
    assert.equal(lost.length, 1);
    const reason = lost[0]?.reason as { code: string; found: string; exit: number };
    assert.equal(reason.code, "DECISION_TAKEN");
    assert.equal(reason.exit, 5);
    assert.match(reason.found, /by (anna|bert) on 2027-01-05/);
  });

  it("on one item does not stand in the way of one on another", async () => {
    const { store } = database();
    const config = aConfiguration();
    await taken(store, config, twoParts);
    const held = await receive(store, config, "2027-01-04", [
      aScheduleLine([["2027-01-08", "400"]]),
      other([["2027-01-08", "50"]]),
    ]);
    await Promise.all(held.map(({ revisionId }) => acceptRevisions(store, config, [revisionId], on("2027-01-05"))));
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400+50"]);
  });

  it("to withdraw needs a reason and leaves the schedule in force as it was", async () => {
    const { store } = database();
    const config = trusting({}, { zones: [{ name: "all" }] });
    await taken(store, config);
    await receive(store, config, "2027-01-04", [aScheduleLine([["2027-01-08", "400"]])]);
    const [held] = await receive(store, config, "2027-01-05", [aScheduleLine([["2027-01-08", "100"]])]);
    const ids = [held?.revisionId ?? 0];
    await assert.rejects(withdrawRevisions(store, ids, on("2027-01-05"), { reason: " " }), {
      code: "DECISION_REASON",
      exit: 2,
    });
    await withdrawRevisions(store, ids, on("2027-01-05"), { reason: "frozen" });
    assert.deepEqual(await ordered(store, config, "2027-01-08"), ["SO-000001 2027-01-08 400"]);
    assert.equal((await revisionView(store, ids[0] ?? 0)).decision?.reason, "frozen");
  });

  it("on a schedule that is not there is answered with what there is", async () => {
    const { store } = database();
    await assert.rejects(acceptRevisions(store, aConfiguration(), [99], on("2027-01-05")), {
      code: "REVISION_UNKNOWN",
      exit: 3,
    });
  });
});

onEveryDatabase("The story of 10,000 in five months", (database) => {
  it("comes out right by the customer's schedules: after two months 4,000 delivered, 6,000 remaining; completed at the end", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config);
    const months = ["2027-01-01", "2027-02-01", "2027-03-01", "2027-04-01", "2027-05-01"];
    for (const [n, month] of months.entries()) {
      const received = String(n * 2000);
      const left = months.slice(n).map((date): Wanted => [date, "2000"]);
      const applied = await receive(store, config, month, [
        aScheduleLine(left, { releaseNumber: String(n + 1), account: { cumulative: received, kind: "received" } }),
      ]);
      assert.deepEqual(outcomes(applied), ["accepted"]);
      assert.deepEqual(await ordered(store, config, month), [`SO-00000${n + 1} ${month} 2000`]);
      await ship(store, `SO-00000${n + 1}/10`, "2000", on(month));
    }
    const [line] = (await blanketView(store, "BA-000001", plainDate("2027-02-28"))).lines;
    assert.deepEqual(
      [line?.contract, line?.processed, line?.remaining, line?.delivered, line?.dated, line?.undated, line?.date],
      ["10000", "4000", "6000", "4000", "6000", "0", "<SPLIT>"],
    );
    assert.deepEqual(line?.cumulatives[0]?.inTransit, "2000");
    assert.equal((await selectOne(store, agreement, ""))?.state, "completed");
    const difference = await revisionDiff(store, (await select(store, revision, "ORDER BY id"))[1]?.id ?? 0);
    assert.equal(difference.sentence, "nothing changed");
  });
});

/** Counts what a store is asked. */
function counting(store: Store): { store: Store; statements: () => number } {
  let statements = 0;
  const count = <Q extends Queryable>(of: Q): Q =>
    new Proxy(of, {
      get(target, name, receiver) {
        const held: unknown = Reflect.get(target, name, receiver);
        if (typeof held !== "function" || !["ask", "run", "change"].includes(String(name))) return held;
        return (...args: unknown[]) => {
          statements += 1;
          return (held as (...given: unknown[]) => unknown).apply(target, args);
        };
      },
    });
  const counted = new Proxy(store, {
    get(target, name, receiver) {
      if (name === "write") return <T>(work: (tx: Tx) => Promise<T>) => target.write((tx) => work(count(tx)));
      return Reflect.get(count(target), name, receiver) as unknown;
    },
  });
  return { store: counted, statements: () => statements };
}

onEveryDatabase("Two runs of the same story", (database) => {
  it("have one fingerprint, whatever was interrupted and whatever ids the rows have", async () => {
    const second = await freshDatabase(database().url.startsWith("sqlite") ? "sqlite" : "postgres");
    try {
      const config = trusting();
      const prints: string[] = [];
      for (const { store } of [database(), second]) {
        if (store === second.store) await aMessage(store).catch(() => undefined);
        await store.write((tx) => tx.change("DELETE FROM message"));
        await store.write((tx) => tx.change("DELETE FROM interchange"));
        await store.write((tx) => tx.change("DELETE FROM file"));
        await taken(store, config, twoParts);
        await receive(store, config, "2027-01-04", [
          aScheduleLine([["2027-01-08", "400"]]),
          other([["2027-01-08", "50"]]),
        ]);
        await releaseDue(store, config, on("2027-01-08"));
        await cancelOrder(store, config, "SO-000001", on("2027-01-08"), "no truck");
        prints.push(await fingerprint(store));
      }
      assert.equal(prints[0], prints[1]);
    } finally {
      await second.drop();
    }
  });
});

onEveryDatabase("The cost of a schedule", (database) => {
  it("is the same number of statements for 3 lines as for 300", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, {
      lines: parts(300).map((part, n) => ({ line: (n + 1) * 10, item: part, quantity: "1000" })),
    });
    const cost = async (n: number, of: string, day: string): Promise<number> => {
      const counted = counting(store);
      await receive(counted.store, config, day, schedule(n, of));
      return counted.statements();
    };
    await cost(300, "10", "2027-01-04");
    const few = await cost(3, "11", "2027-01-05");
    const many = await cost(300, "12", "2027-01-06");
    assert.ok(many <= few + 4, `${few} statements for 3 lines, ${many} for 300`);
    const [order] = await releaseDue(store, config, on("2027-01-08"));
    assert.equal(order?.lines.length, 300);
  });

  it("goes on where it was interrupted", async () => {
    const { store } = database();
    const config = trusting();
    await taken(store, config, {
      lines: parts(600).map((part, n) => ({ line: (n + 1) * 10, item: part, quantity: "1000" })),
    });
    const partner = config.partners.get("acme");
    assert.ok(partner);
    const messageId = await aMessage(store);
    const apply = (through: Store) =>
      applySchedule(through, {
        messageId,
        partner,
        policy: config.policyOf(partner),
        gateway: config.gateway,
        document: { lines: schedule(600, "10") },
        occasion: on("2027-01-04"),
      });
    let writes = 0;
    const dying = new Proxy(store, {
      get(target, name, receiver) {
        if (name !== "write") return Reflect.get(target, name, receiver) as unknown;
        return <T>(work: (tx: Tx) => Promise<T>) => {
          writes += 1;
          return writes === 2 ? Promise.reject(new Error("killed")) : target.write(work);
        };
      },
    });
    await assert.rejects(apply(dying), /killed/);
    assert.equal((await select(store, revision, "")).length, 500);
    const applied = await apply(store);
    assert.equal(applied.length, 600);
    assert.ok(applied.every(({ state }) => state === "accepted"));
    assert.equal((await select(store, split, "")).length, 1200);
  });
});
