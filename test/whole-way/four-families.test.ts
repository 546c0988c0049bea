/** The same schedule in X12, EDIFACT, VDA and as a table: the same revisions, differences and orders. */
import assert from "node:assert/strict";
import path from "node:path";
import { type Archive, archiveIn } from "../../src/answers/archive-reading.ts";
import { why } from "../../src/answers/why.ts";
import type { Partner } from "../../src/config/partner.ts";
import type { DeliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { layoutOf, tableDeclared } from "../../src/exchange/tables.ts";
import { revisionDiff } from "../../src/orders/views.ts";
import { readSteps } from "../../src/schedules/curve-text.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { type House, openHouse } from "./a-house.ts";
import { asEdifact, asTable, asVda, asX12, type Item, type Schedule } from "./four-families.ts";

const FAMILIES = ["x12", "edifact", "vda", "csv"] as const;
type FamilyName = (typeof FAMILIES)[number];

/** What a family cannot say of a step, and why; all else has to be the same. */
const CANNOT_SAY: Readonly<Record<FamilyName, readonly string[]>> = {
  // Without a mark for what is overdue, a day that is past stands for it.
  x12: ["timing of what is overdue"],
  // QTY+83 says that it is overdue, beside a day of its own.
  edifact: ["timing of what is overdue"],
  // 4905 knows no commitment per quantity.
  vda: ["commitment"],
  csv: [],
};

const WRITERS: Readonly<Record<FamilyName, (schedule: Schedule, sender: string) => string>> = {
  x12: asX12,
  edifact: asEdifact,
  vda: asVda,
  csv: asTable,
};

const SETTINGS: Readonly<Record<FamilyName, string>> = {
  x12: "",
  edifact: "shipNotice: { mapping: edifact/desadv }\ninvoice: { mapping: edifact/invoic }\n",
  vda: "shipNotice: { mapping: fixed/4913 }\ninvoice: null\n",
  csv: 'tables: [{ files: "*.csv", mapping: csv/schedule-long }]\nshipNotice: { mapping: csv/ship-notice }\ninvoice: { mapping: csv/invoice }\n',
};

const item = (shipTo: string, received: string, wanted: Item["wanted"], more: Partial<Item> = {}): Item => ({
  part: "A-100",
  shipTo,
  order: "4500017",
  received,
  wanted,
  ...more,
});

const first: Schedule = {
  release: 16,
  previous: 15,
  issuedOn: "2027-02-01",
  cumulativeFrom: "2027-01-01",
  until: "2027-03-31",
  items: [
    item("P01", "0", [
      { quantity: "100", in: "day", on: "2027-02-01" },
      { quantity: "200", in: "week", on: "2027-02-08" },
      { quantity: "400", in: "month", on: "2027-03-01" },
    ]),
    item("P02", "0", [{ quantity: "50", in: "day", on: "2027-02-05" }]),
  ],
};

/** 100 are on the road; they are overdue at the customer's, who has not booked them. */
const second: Schedule = {
  ...first,
  release: 17,
  previous: 16,
  issuedOn: "2027-02-04",
  items: [
    item(
      "P01",
      "0",
      [
        { quantity: "100", in: "backlog", on: "2027-02-03" },
        { quantity: "250", in: "week", on: "2027-02-08" },
        { quantity: "0", in: "day", on: "2027-02-22" },
        { quantity: "350", in: "month", on: "2027-03-01" },
      ],
      { fabrication: { from: "2027-02-04", to: "2027-03-31", cumulative: "750" } },
    ),
    item("P02", "0", [
      { quantity: "30", in: "day", on: "2027-02-05" },
      { quantity: "60", in: "day", on: "2027-02-12" },
    ]),
  ],
};

const contractOf = (partner: string): string =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    partner,
    customerNumber: "4500017",
    currency: "EUR",
    lines: ["P01", "P02"].map((shipTo, n) => ({
      line: 10 * (n + 1),
      item: "A-100",
      customerPart: "A-100",
      shipTo,
      quantity: "100000",
      price: "2.5",
    })),
  });

interface Told {
  readonly revisions: unknown[];
  readonly differences: { readonly diff: unknown; readonly sentence: string }[];
  readonly authorised: unknown[];
  readonly orders: string[];
  readonly statements: unknown[];
}

/** Kinds of files and how each begins. */
const answersIn = (files: Readonly<Record<string, string>>): string[] =>
  Object.entries(files).map(([name, text]) => `${name.split("_")[0] ?? ""} ${text.slice(0, 3)}`);

describe("The same schedule in four families", () => {
  let house: House;
  const told = new Map<FamilyName, Told>();

  before(async () => {
    house = await openHouse(
      "2027-02-01",
      Object.fromEntries(
        FAMILIES.map((family) => [
          family,
          {
            settings: SETTINGS[family],
            theirs: `[{ qualifier: "${family === "vda" ? "" : "ZZ"}", id: ${family.toUpperCase()} }]`,
          },
        ]),
      ),
    );
    for (const family of FAMILIES) house.drop("erp", `${family}.json`, contractOf(family));
    await house.live("2027-02-01");
    const drop = (schedule: Schedule): void => {
      for (const family of FAMILIES) {
        const name = `${schedule.release}.${family === "csv" ? "csv" : "edi"}`;
        house.drop(family, name, WRITERS[family](schedule, family.toUpperCase()));
      }
    };
    drop(first);
    await house.live("2027-02-01");
    const made = await house.keeper.store.ask("SELECT number FROM child_order ORDER BY number");
    for (const { number } of made) await house.ship("2027-02-01", "1", { [`${String(number)}/10`]: "100" });
    drop(second);
    await house.live("2027-02-04");
    for (const date of ["2027-02-05", "2027-02-08", "2027-02-12", "2027-03-01"]) await house.live(date);
    for (const family of FAMILIES) told.set(family, await tellOf(family));
  });
  after(() => house.close());

  /** What the second file authorises, read as the gateway reads it. */
  async function authorisedIn(partner: FamilyName): Promise<unknown[]> {
    const { config } = house.keeper;
    const name = `${second.release}.${partner === "csv" ? "csv" : "edi"}`;
    const source = memorySource(name, Buffer.from(WRITERS[partner](second, partner.toUpperCase())));
    const table = tableDeclared(name, [config.partners.get(partner) as Partner], config.mappings);
    const [interchange] = catalogueOf(source, table === undefined ? {} : { table: table.layout }).interchanges;
    const set = interchange?.groups[0]?.sets[0];
    assert.ok(interchange !== undefined && set !== undefined);
    const mapping =
      table === undefined
        ? config.mappings.fitting({
            family: interchange.family,
            type: set.type,
            version: set.version,
            functionalId: "PS",
          })
        : config.mappings.named(table.mapping);
    const { document } = mapping?.read(segmentsOf(source, interchange, set), {
      family: interchange.family,
      delimiters: interchange.delimiters,
      version: set.version,
      charset: "latin1",
      sentOn: interchange.sentOn,
    }) ?? { document: { lines: [] } };
    return (document as DeliverySchedule).lines.flatMap(({ authorisations = [] }) =>
      authorisations.map(({ segment: _segment, ...one }) => one),
    );
  }

  async function tellOf(partner: FamilyName): Promise<Told> {
    const { store } = house.keeper;
    const revisions = await store.ask(
      `SELECT r.id, r.customer_part, r.ship_to, r.order_number, r.layer, r.issued_on, r.dates, r.cumulatives, r.since,
         CAST(r.base AS TEXT) AS base, r.horizon_from, r.horizon_to, r.state, r.cause, c.steps, v.sentence, v.outcome
       FROM revision r JOIN curve c ON c.id = r.curve_id JOIN verdict v ON v.revision_id = r.id
       WHERE r.partner = :partner ORDER BY r.id`,
      { partner },
    );
    const orders = await store.ask(
      `SELECT o.scheduled_on, o.ship_to, o.state, a.customer_part, SUM(l.quantity) / 1000000 AS quantity
       FROM child_line c JOIN child_order o ON o.id = c.order_id JOIN account a ON a.id = c.account_id
       JOIN ledger l ON l.child_line_id = c.id AND l.kind = 'released'
       WHERE o.partner = :partner GROUP BY o.number, o.scheduled_on, o.ship_to, o.state, a.customer_part, c.id ORDER BY c.id`,
      { partner },
    );
    const differences = [];
    for (const { id } of revisions.slice(2)) {
      const view = await revisionDiff(store, Number(id));
      differences.push({ diff: view.diff, sentence: view.sentence });
    }
    const cannot = CANNOT_SAY[partner];
    return {
      revisions: revisions.map(({ id: _id, steps, ...row }) => ({
        ...row,
        steps: readSteps(String(steps)).map(({ kind, timing, date, from, to, cumulative, commitment, ...step }) => {
          const dated = kind === "backlog" && cannot.includes("timing of what is overdue");
          return {
            kind,
            date,
            from,
            to,
            cumulative: String(cumulative),
            timing: dated ? "backlog" : timing,
            commitment: cannot.includes("commitment") ? "firm" : commitment,
            reference: step.reference,
            window: step.window,
          };
        }),
      })),
      differences,
      authorised: await authorisedIn(partner),
      orders: orders.map((row) => Object.values(row).map(String).join(" ")),
      statements: await store.ask(
        `SELECT a.ship_to, s.kind, CAST(s.cumulative AS TEXT) AS cumulative, s.since, s.last_note, s.as_of FROM statement s
         JOIN account a ON a.id = s.account_id WHERE a.partner = :partner ORDER BY s.id`,
        { partner },
      ),
    };
  }

  it("is taken in each of them", async () => {
    const files = await house.files();
    const sets = await house.keeper.store.ask("SELECT type, control, findings FROM message WHERE state <> 'applied'");
    assert.deepEqual(sets, []);
    for (const [name, state] of Object.entries(files)) assert.equal(state, "applied", name);
  });

  for (const family of FAMILIES.slice(1)) {
    it(`gives in ${family} the revisions it gives in X12`, () => {
      assert.deepEqual(told.get(family)?.revisions, told.get("x12")?.revisions);
    });
    it(`gives in ${family} the same differences, in the same words`, () => {
      assert.deepEqual(told.get(family)?.differences, told.get("x12")?.differences);
    });
    it(`gives in ${family} the same orders`, () => {
      assert.deepEqual(told.get(family)?.orders, told.get("x12")?.orders);
    });
    it(`gives in ${family} the same statement of what was received`, () => {
      assert.deepEqual(told.get(family)?.statements, told.get("x12")?.statements);
    });
  }

  it("authorises fabrication alike", () => {
    for (const family of FAMILIES) {
      assert.deepEqual(told.get(family)?.authorised, [
        { kind: "fabrication", from: "2027-02-04", to: "2027-03-31", cumulative: "750" },
      ]);
    }
  });

  it("is what a planner expects of it", () => {
    const { orders, differences } = told.get("x12") as Told;
    assert.deepEqual(orders, [
      "2027-02-01 P01 open A-100 100",
      "2027-02-05 P02 open A-100 30",
      "2027-02-08 P01 open A-100 250",
      "2027-02-12 P02 open A-100 60",
      "2027-03-01 P01 open A-100 350",
    ]);
    assert.deepEqual(
      differences.map(({ sentence }) => sentence),
      ["50 cancelled on 31 March; +50 on 14 February; nothing moved", "20 moved 5 → 12 February; +40 on 12 February"],
    );
  });

  it("is answered to each customer in his own family", () => {
    assert.deepEqual([...new Set(answersIn(house.outbox("x12")))], ["810 ISA", "856 ISA", "997 ISA"]);
    assert.deepEqual([...new Set(answersIn(house.outbox("edifact")))], ["CONTRL UNA", "DESADV UNA", "INVOIC UNA"]);
    assert.deepEqual([...new Set(answersIn(house.outbox("vda")))], ["4913 711"]);
    assert.deepEqual([...new Set(answersIn(house.outbox("csv")))], ["invoice Inv", "ship-notice Shi"]);
  });

  it("leads from each order back to the record, segment or row that asked for it", async () => {
    const { store, config } = house.keeper;
    const rows = await store.ask(
      "SELECT partner, number FROM child_order WHERE scheduled_on = '2027-02-08' ORDER BY number",
    );
    const layout: Archive["layout"] = (name, partner) => {
      const mapping = config.mappings.named(name);
      return mapping && layoutOf(mapping.message, name, config.partners.get(partner));
    };
    const archive = archiveIn(path.join(house.path, "data", "archive"), layout);
    const texts = new Map<unknown, string>();
    for (const { partner, number } of rows) {
      const links = (await why(store, archive, `${String(number)}/10`)).lines.flatMap((line) => line.links);
      const last = links.findLast((link) => link.kind === "segment");
      texts.set(partner, last?.kind === "segment" ? last.text.trimEnd() : "");
    }
    assert.equal(texts.get("x12"), "FST*250*C*W*20270208");
    assert.equal(texts.get("edifact"), "QTY+113:250:PCE");
    assert.match(texts.get("vda") ?? "", /^513.*333333000000100270006000000250/);
    assert.match(texts.get("csv") ?? "", /^17;.*;2027-W06;250;firm$/);
  });

  it("comes to the same when all is done again from archive and audit trail", () => house.prove());
});
