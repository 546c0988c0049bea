import assert from "node:assert/strict";
import path from "node:path";
import { archiveIn } from "../../src/answers/archive-reading.ts";
import { why } from "../../src/answers/why.ts";
import type { SegmentLink, WhyLink } from "../../src/answers/why-links.ts";
import { whyInWords } from "../../src/answers/why-text.ts";
import { mappingFolders } from "../../src/config/package-root.ts";
import { policy as policySchema } from "../../src/config/policy.ts";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { blanketOrder } from "../../src/documents/erp.ts";
import { shipOrder } from "../../src/fulfilment/automatic.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { loadMappings } from "../../src/mapping/library.ts";
import { importBlanketOrder } from "../../src/orders/agreements.ts";
import { applySchedule } from "../../src/orders/apply-schedule.ts";
import { releaseDue } from "../../src/orders/release.ts";
import { insertOne } from "../../src/store/rows.ts";
import { curve, decision, revision, verdict } from "../../src/store/tables.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { onEveryDatabase, type TestDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";
import { archiveOf, seedFile } from "../support/seed-file.ts";

const ISA =
  "ISA*00*          *00*          *ZZ*ACME           *ZZ*OURS           *270301*0600*U*00401*000000042*0*P*>~\n";
const FILE = Buffer.from(
  `${ISA}${[
    "GS*PS*ACME*OURS*20270301*0600*7*X*004010",
    "ST*830*0001",
    "BFR*00**R12*DL*A*20270301*20270430*20270301",
    "LIN**BP*C-F-10*PO*4500",
    "FST*400*C*D*20270310",
    "FST*250*C*D*20270317",
    "CTT*1",
    "SE*7*0001",
    "GE*1*7",
    "IEA*1*000000042",
  ].join("~\n")}~\n`,
  "latin1",
);
const SETTINGS = settingsWith(partnerWith("acme"));

const segmentsIn = (links: readonly WhyLink[] = []): string[] =>
  links.filter((link): link is SegmentLink => link.kind === "segment").map(({ text }) => text);

/** The file with one accepted revision of its only line, and the order's line made from its second FST. */
async function seedSchedule(database: TestDatabase, accountId: number, order: string): Promise<void> {
  const { messageId } = await seedFile(database, {
    name: "forecast.edi",
    claim: "3",
    partner: "acme",
    receivedOn: "2027-03-01",
    bytes: FILE,
  });
  await database.store.write(async (tx) => {
    const revisionId = await insertOne(tx, revision, {
      account_id: accountId,
      partner: "acme",
      customer_part: "C-F-10",
      ship_to: "DOCK1",
      layer: "forecast",
      message_id: messageId,
      document_line: 1,
      first_segment: 3,
      last_segment: 5,
      release_no: "R12",
      issued_on: "2027-03-01",
      curve_id: await insertOne(tx, curve, { hash: "h", steps: "" }),
      state: "accepted",
    });
    await insertOne(tx, verdict, {
      revision_id: revisionId,
      policy: "standard",
      policy_hash: "p",
      outcome: "hold",
      sentence: "first schedule of this item",
    });
    await insertOne(tx, decision, {
      revision_id: revisionId,
      verb: "accept",
      who: "mara",
      business_date: "2027-03-02",
      reason: "agreed by phone",
      request_key: "1",
    });
    await tx.change(
      "UPDATE child_line SET revision_id = :revisionId, split_segment = 5 WHERE order_id IN (SELECT id FROM child_order WHERE number = :order)",
      { revisionId, order },
    );
  });
}

onEveryDatabase("why this number?", (database) => {
  const archive = () => archiveIn(archiveOf(database()));
  const shippedStory = async (): Promise<string> => {
    const { store } = database();
    const blanket = await seedBlanket(store, {
      partner: "acme",
      customerNumber: "4500",
      lines: [{ item: "F-10", quantity: "1000" }],
    });
    const order = await seedOrder(store, blanket, { on: "2027-03-17", quantities: ["250"], customerOrder: "PO-7" });
    await seedSchedule(database(), blanket.lines[0]?.accountId as number, order);
    await store.write((tx) =>
      bookShipment(
        tx,
        SETTINGS,
        {
          schema: "calloff/shipment-confirmation/1",
          confirmation: "ERP-1",
          lines: [{ orderLine: `${order}/10`, quantity: "250" }],
        },
        occasionOn("2027-03-17"),
      ),
    );
    return order;
  };
  it("goes from an invoice line back to the bytes of the segment that asked for it", async () => {
    await shippedStory();
    const answer = await why(database().store, archive(), "IN-000001/10");
    const [line] = answer.lines;
    assert.deepEqual(
      line?.links.map(({ kind }) => kind),
      ["invoice line", "shipment line", "order line", "schedule", "message", "segment", "segment"],
    );
    assert.deepEqual(segmentsIn(line?.links), ["LIN**BP*C-F-10*PO*4500", "FST*250*C*D*20270317"]);
    const byte = FILE.indexOf("FST*250");
    assert.deepEqual(line?.links.at(-1), {
      kind: "segment",
      segment: 7,
      inSet: 5,
      byte,
      tag: "FST",
      text: "FST*250*C*D*20270317",
    });
  });

  it("reads as an explanation", async () => {
    await shippedStory();
    assert.equal(
      whyInWords(await why(database().store, archive(), "IN-000001")),
      [
        "IN-000001/10",
        "  IN-000001/10: 250 at 1.25 = 312.5 EUR, invoiced on 2027-03-17",
        "  SH-000001/10: 250 shipped on 2027-03-17, note SH-000001, cumulative 250; confirmed as ERP-1 (erp)",
        "  SO-000001/10: 250 of C-F-10 to DOCK1 for 2027-03-17, customer order PO-7, on BA-000001/10 (the customer's 4500), made by timetable",
        "  release R12 of 2027-03-01 (forecast) for C-F-10 to DOCK1, base 0, accepted: accept by mara on 2027-03-02 (agreed by phone); policy standard: first schedule of this item",
        "  forecast.edi (file:3) of 2027-03-01: 830 0001, group 7, interchange 000000042, read by x12/830 (abcdef012345)",
        "  segment 5 (3 in its set, byte 207): LIN**BP*C-F-10*PO*4500",
        "  segment 7 (5 in its set, byte 253): FST*250*C*D*20270317",
        "",
      ].join("\n"),
    );
  });

  it("finds the same segments behind orders that a received schedule made by itself", async () => {
    const { store } = database();
    const settings = settingsWith(partnerWith("acme", { schedule: { without: { shipTo: "DOCK1" } } }));
    const first = policySchema.parse({ first: "accept" });
    const contract = blanketOrder.parse({
      schema: "calloff/blanket-order/1",
      partner: "acme",
      customerNumber: "4500",
      shipTo: "DOCK1",
      lines: [{ line: 10, item: "F-10", customerPart: "C-F-10", quantity: "1000", price: "1.25" }],
    });
    await store.write((tx) => importBlanketOrder(tx, contract, settings, occasionOn("2027-02-15")));
    const received = { name: "forecast.edi", claim: "3", partner: "acme", receivedOn: "2027-03-01", bytes: FILE };
    const { messageId, interchange, set } = await seedFile(database(), received);
    const mapping = loadMappings(mappingFolders(".")).named("x12/830") ?? assert.fail("no mapping");
    const { document } = mapping.read(segmentsOf(memorySource("forecast.edi", FILE), interchange, set), {
      family: "x12",
      delimiters: interchange.delimiters,
      version: set.version,
      charset: "latin1",
      sentOn: interchange.sentOn,
    });
    const [applied] = await applySchedule(store, {
      messageId,
      partner: settings.partners.get("acme") ?? assert.fail("no partner"),
      policy: { name: "standard", policy: first, hash: "h" },
      gateway: settings.gateway,
      document: deliverySchedule.parse(document),
      occasion: occasionOn("2027-03-01", "policy"),
    });
    assert.equal(applied?.state, "accepted", applied?.sentence);
    for (const day of ["2027-03-10", "2027-03-17"]) {
      const [order] = await releaseDue(store, settings, occasionOn(day, "timetable"));
      await shipOrder(store, settings, order?.number ?? "", {}, occasionOn(day));
    }
    assert.deepEqual(segmentsIn((await why(store, archive(), "IN-000001/10")).lines[0]?.links), [
      "LIN**BP*C-F-10*PO*4500",
      "FST*400*C*D*20270310",
    ]);
    assert.match(
      whyInWords(await why(store, archive(), "SO-000002/10")),
      /, made by timetable; required \d+, released \d+, needed 250\n/,
    );
    assert.deepEqual(segmentsIn((await why(store, archive(), "IN-000002/10")).lines[0]?.links), [
      "LIN**BP*C-F-10*PO*4500",
      "FST*250*C*D*20270317",
    ]);
    const step = await why(store, archive(), "file:3#6");
    assert.deepEqual(step.file?.sets[0]?.schedules[0]?.orderLines, ["SO-000001/10"]);
  });

  it("starts at any link of the chain", async () => {
    const order = await shippedStory();
    const { store } = database();
    const kinds = async (id: string) => (await why(store, archive(), id)).lines[0]?.links.map(({ kind }) => kind);
    assert.deepEqual((await kinds("SH-000001"))?.[0], "shipment line");
    assert.deepEqual((await kinds("SH-000001/10"))?.[0], "shipment line");
    assert.deepEqual((await kinds(order))?.[0], "order line");
    assert.deepEqual((await kinds(`${order}/10`))?.[0], "order line");
  });

  it("goes from a file to the orders it made, and from a segment to its own", async () => {
    const order = await shippedStory();
    const { store } = database();
    const answer = await why(store, archive(), "file:3");
    const [set] = answer.file?.sets ?? [];
    assert.deepEqual(
      [set?.type, set?.segments, set?.schedules[0]?.orderLines],
      ["830", { first: 3, last: 9 }, [`${order}/10`]],
    );
    const step = await why(store, archive(), "file:3#7");
    assert.equal(step.segment?.text, "FST*250*C*D*20270317");
    assert.deepEqual(step.file?.sets[0]?.schedules[0]?.orderLines, [`${order}/10`]);
    const other = await why(store, archive(), "file:3#6");
    assert.equal(other.segment?.text, "FST*400*C*D*20270310");
    assert.deepEqual(other.file?.sets[0]?.schedules[0]?.orderLines, []);
    const outside = await why(store, archive(), "file:3#4");
    assert.deepEqual([outside.segment?.tag, outside.file?.sets[0]?.schedules], ["BFR", []]);
  });

  it("goes from a blanket order's line to the orders that call it off", async () => {
    const order = await shippedStory();
    const answer = await why(database().store, archive(), "BA-000001/10");
    assert.equal(
      whyInWords(answer),
      `BA-000001/10\n  BA-000001/10: 1000 of C-F-10 to DOCK1 on the customer's 4500, at 1.25 from 2026-01-01; called off by ${order}/10\n`,
    );
  });

  it("still explains when the archive no longer has the bytes", async () => {
    await shippedStory();
    const answer = await why(database().store, archiveIn(path.join(database().home, "nowhere")), "IN-000001/10");
    assert.equal(answer.lines[0]?.links.at(-1)?.kind, "bytes not kept");
  });

  it("says what is not an id, and what does not exist", async () => {
    await shippedStory();
    for (const [id, code, exit] of [
      ["order seven", "WHY_NOT_AN_ID", 2],
      ["XX-000001", "WHY_NOT_AN_ID", 2],
      ["SO-000099", "WHY_UNKNOWN", 3],
      ["SO-000001/20", "WHY_UNKNOWN", 3],
      ["file:9", "WHY_UNKNOWN", 3],
      ["file:3#2", "WHY_UNKNOWN", 3],
      ["file:3#10", "WHY_UNKNOWN", 3],
    ] as const) {
      await assert.rejects(why(database().store, archive(), id), (error) => {
        assert.ok(error instanceof CalloffError, String(error));
        assert.deepEqual([id, error.code, error.exit], [id, code, exit]);
        return true;
      });
    }
  });
});
