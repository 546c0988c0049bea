import assert from "node:assert/strict";
import { mappingFolders } from "../../src/config/package-root.ts";
import type { Partner } from "../../src/config/partner.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { loadMappings } from "../../src/mapping/library.ts";
import { select } from "../../src/store/rows.ts";
import type { Store, Tx } from "../../src/store/store.ts";
import { outboundDocument } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";

const MAPPINGS = loadMappings(mappingFolders("."));
const ACME = partnerWith("acme", {
  shipTos: { DOCK1: { name: "Acme Plant 1", street: "1 Main St", city: "Toledo", region: "OH", postcode: "43604" } },
});

/** The segments that the shipped mapping writes for the only document of that kind. */
async function segmentsOf(store: Store, kind: string, name: string): Promise<string[]> {
  const [row] = await select(store, outboundDocument, "WHERE kind = :kind", { kind });
  const mapping = MAPPINGS.named(name) ?? assert.fail(name);
  const { set, findings } = mapping.write(JSON.parse(row?.document ?? ""), {
    family: mapping.syntax,
    delimiters: { element: "*", component: ">", repetition: "", segment: "~", release: "" },
    version: mapping.syntax === "edifact" ? "D:97A" : "004010",
    setControl: "0001",
    charset: "latin1",
  });
  assert.deepEqual(findings, []);
  return set.segments.map((elements) => elements.join("*").replace(/\*+$/, ""));
}

/** A shipment of two items, and its invoice. */
async function shipTwoItems(
  store: Store,
  partner: Partner,
  before: (tx: Tx) => Promise<unknown> = async () => {},
): Promise<void> {
  const blanket = await seedBlanket(store, {
    partner: "acme",
    customerNumber: "4500",
    terms: "30 days net",
    lines: [
      { item: "F-10", quantity: "1000", prices: { "2027-01-01": "12.34" }, pricePer: "100" },
      { item: "F-20", quantity: "1000", prices: { "2027-01-01": "0.5" } },
    ],
  });
  const order = await seedOrder(store, blanket, {
    on: "2027-03-10",
    quantities: ["250", "40"],
    customerOrder: "PO-7",
  });
  await store.write(before);
  await store.write((tx) =>
    bookShipment(
      tx,
      settingsWith(partner),
      {
        schema: "calloff/shipment-confirmation/1",
        confirmation: "ERP-1",
        note: "88",
        carrier: "HAUL",
        packages: "3",
        grossWeight: "12.5",
        weightUnit: "KG",
        lines: [
          { orderLine: `${order}/10`, quantity: "250" },
          { orderLine: `${order}/20`, quantity: "40" },
        ],
      },
      occasionOn("2027-03-10"),
    ),
  );
}

onEveryDatabase("what a shipment makes, as X12", (database) => {
  beforeEach(async () => shipTwoItems(database().store, ACME));

  it("is an 856 with blanket number and cumulative shipped on every item", async () => {
    assert.deepEqual(await segmentsOf(database().store, "ship-notice", "x12/856"), [
      "ST*856*0001",
      "BSN*00*88*20270310*0700",
      "DTM*011*20270310",
      "HL*1**S*1",
      "MEA*PD*G*12.5*KG",
      "TD1**3",
      "TD5**2*HAUL",
      "N1*BY*ACME",
      "N1*ST*Acme Plant 1*92*DOCK1",
      "N3*1 Main St",
      "N4*Toledo*OH*43604",
      "N1*SF*Fittings Ltd*92*V-4711",
      "N4*Jena",
      "HL*2*1*I",
      "LIN**BP*C-F-10*VP*F-10",
      "SN1*10*250*PC*250*250*PC",
      "PRF*4500",
      "REF*CO*PO-7",
      "REF*VN*SO-000001/10",
      "HL*3*1*I",
      "LIN**BP*C-F-20*VP*F-20",
      "SN1*20*40*PC*40*40*PC",
      "PRF*4500",
      "REF*CO*PO-7",
      "REF*VN*SO-000001/20",
      "CTT*3*290",
    ]);
  });

  it("is an 810 with the blanket number, the price per hundred and the sum", async () => {
    assert.deepEqual(await segmentsOf(database().store, "invoice", "x12/810"), [
      "ST*810*0001",
      "BIG*20270310*IN-000001**4500***DI",
      "CUR*SE*EUR",
      "REF*CO*PO-7",
      "N1*BY*ACME",
      "N1*BT*ACME",
      "N1*ST*Acme Plant 1*92*DOCK1",
      "N3*1 Main St",
      "N4*Toledo*OH*43604",
      "N1*SU*Fittings Ltd*92*V-4711",
      "N4*Jena",
      "ITD************30 days net",
      "DTM*011*20270310",
      "IT1*10*250*PC*12.34*HP*BP*C-F-10*VP*F-10*PO*4500",
      "REF*CO*PO-7",
      "REF*VN*SO-000001/10",
      "REF*SI*SH-000001/10",
      "REF*PK*88",
      "DTM*011*20270310",
      "IT1*20*40*PC*0.5**BP*C-F-20*VP*F-20*PO*4500",
      "REF*CO*PO-7",
      "REF*VN*SO-000001/20",
      "REF*SI*SH-000001/20",
      "REF*PK*88",
      "DTM*011*20270310",
      "TDS*5085",
      "CTT*2",
    ]);
  });
});

onEveryDatabase("a shipment to a customer who calls us and himself otherwise", (database) => {
  const CALLED = {
    us: { code: "20117", name: "FITTINGS JENA" },
    buyer: { code: "049999999", scheme: "duns", city: "Detroit", country: "US" },
    // A ship-to is written by another code and scheme as well.
    shipTos: { DOCK1: { code: "D1", scheme: "supplier" } },
  };
  const parties = async (kind: string, mapping: string) =>
    (await segmentsOf(database().store, kind, mapping)).filter((segment) => /^N[134]\*/.test(segment));
  beforeEach(async () => shipTwoItems(database().store, partnerWith("acme", CALLED)));

  it("names buyer and ship-from by those codes in the 856; what is not stated of us is the company's", async () => {
    assert.deepEqual(await parties("ship-notice", "x12/856"), [
      "N1*BY*ACME*1*049999999",
      "N4*Detroit***US",
      "N1*ST**91*D1",
      "N1*SF*FITTINGS JENA*92*20117",
      "N4*Jena",
    ]);
  });

  it("names buyer, the party billed and supplier by them in the 810", async () => {
    assert.deepEqual(await parties("invoice", "x12/810"), [
      "N1*BY*ACME*1*049999999",
      "N4*Detroit***US",
      "N1*BT*ACME*1*049999999",
      "N4*Detroit***US",
      "N1*ST**91*D1",
      "N1*SU*FITTINGS JENA*92*20117",
      "N4*Jena",
    ]);
  });

  it("names them in DESADV and INVOIC as well", async () => {
    for (const [kind, mapping, roles] of [
      ["ship-notice", "edifact/desadv", ["BY", "SF"]],
      ["invoice", "edifact/invoic-96a", ["BY", "IV", "SU"]],
    ] as const) {
      const segments = await segmentsOf(database().store, kind, mapping);
      const named = segments.filter((segment) => segment.startsWith("NAD*") && !segment.startsWith("NAD*ST"));
      assert.deepEqual(
        named.map((segment) => segment.split("*").slice(1, 3).join(" ")),
        roles.map((role) => (role.startsWith("S") ? `${role} 20117>>92` : `${role} 049999999>>16`)),
        mapping,
      );
    }
  });

  it("names us in a 4913 by that code", async () => {
    const item = (await segmentsOf(database().store, "ship-notice", "fixed/4913")).find((record) => /713/.test(record));
    assert.match(item ?? "", /20117    /);
  });

  it("names them in tables and JSON", async () => {
    const notice = await segmentsOf(database().store, "ship-notice", "csv/ship-notice");
    const cells = new Map((notice[0] ?? "").split("*").map((name, n) => [name, (notice[1] ?? "").split("*")[n]]));
    assert.deepEqual([cells.get("Ship from"), cells.get("Ship from name")], ["20117", "FITTINGS JENA"]);
    const bill = await segmentsOf(database().store, "invoice", "csv/invoice");
    const row = new Map((bill[0] ?? "").split("*").map((name, n) => [name, (bill[1] ?? "").split("*")[n]]));
    assert.deepEqual(
      ["Buyer", "Bill to", "Supplier"].map((name) => row.get(name)),
      ["049999999", "049999999", "20117"],
    );
    const json = (await segmentsOf(database().store, "invoice", "json/invoice")).join("");
    assert.match(json, /"code":\s*"20117"/);
  });
});

onEveryDatabase("a shipment whose items are unloaded at two docks", (database) => {
  const placed = async (mapping: string, ...tags: readonly string[]) =>
    (await segmentsOf(database().store, "ship-notice", mapping)).filter((segment) =>
      tags.some((tag) => segment.startsWith(tag)),
    );
  beforeEach(async () => {
    const { store } = database();
    await shipTwoItems(store, ACME, async (tx) => {
      await tx.run("UPDATE agreement_line SET dock = CASE line_no WHEN 10 THEN 'GATE1' ELSE 'GATE2' END");
      await tx.run("UPDATE child_order SET ship_to = 'P01'");
    });
  });

  it("names the first at the ship-to, and each with its item, in the 856 and the DESADV", async () => {
    assert.deepEqual(await placed("x12/856", "N1*ST", "REF*DK", "HL*", "REF*LU"), [
      "HL*1**S*1",
      "N1*ST**92*P01",
      "REF*DK*GATE1",
      "HL*2*1*I",
      "REF*DK*GATE1",
      "HL*3*1*I",
      "REF*DK*GATE2",
      "REF*LU*GATE2",
    ]);
    assert.deepEqual(await placed("edifact/desadv-96a", "NAD*ST", "LOC", "LIN"), [
      "NAD*ST*P01>>92",
      "LOC*11*GATE1",
      "LIN*10**C-F-10>IN",
      "LIN*20**C-F-20>IN",
      "LOC*11*GATE2",
    ]);
  });

  it("has a delivery note record for each in the 4913", async () => {
    const records = (await placed("fixed/4913", "713", "714")).map((text) => text.split("*").at(-1) ?? "");
    assert.deepEqual(
      records.map((text) => (text.startsWith("713") ? text.slice(19, 24) : text.slice(5, 27).trim())),
      ["GATE1", "C-F-10", "GATE2", "C-F-20"],
    );
  });
});
