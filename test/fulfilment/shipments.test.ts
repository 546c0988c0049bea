import assert from "node:assert/strict";
import type { ErpShipment, ShipmentConfirmation } from "../../src/documents/erp.ts";
import { type ShipNotice, shipNotice } from "../../src/documents/ship-notice.ts";
import { bookShipment } from "../../src/fulfilment/ship.ts";
import { accountTotals, childLineTotals, lineTotals, processedInAll, type Totals } from "../../src/store/ledger.ts";
import { select } from "../../src/store/rows.ts";
import type { Store } from "../../src/store/store.ts";
import {
  account,
  audit,
  childLine,
  ledger,
  numberSeries,
  outboundDocument,
  shipment,
  shipmentLine,
} from "../../src/store/tables.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { quantity, writeMillionths } from "../../src/values/figures.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { occasionOn, partnerWith, seedBlanket, seedOrder, settingsWith } from "../support/seed.ts";

const ACME = partnerWith("acme", { shipTos: { DOCK1: { name: "Acme Plant 1", city: "Toledo", country: "US" } } });
const SETTINGS = settingsWith(ACME, partnerWith("bolt", { shipNotice: null }));
const TODAY = occasionOn("2027-03-10");

type Line = [orderLine: string, quantity: string, closeShort?: "short"];
const confirmed = (
  number: string,
  lines: readonly Line[],
  more: Partial<ShipmentConfirmation> = {},
): ShipmentConfirmation => ({
  schema: "calloff/shipment-confirmation/1",
  confirmation: number,
  lines: lines.map(([orderLine, figure, closeShort]) => ({
    orderLine,
    quantity: figure,
    ...(closeShort === undefined ? {} : { closeShort: true }),
  })),
  ...more,
});

const ship = (store: Store, confirmation: ShipmentConfirmation, settings = SETTINGS, occasion = TODAY) =>
  store.write((tx) => bookShipment(tx, settings, confirmation, occasion));

const inWords = ({ released, shipped, withheld }: Totals) =>
  `released ${writeMillionths(released)}, shipped ${writeMillionths(shipped)}, withheld ${writeMillionths(withheld)}`;

async function documents<D>(store: Store, kind: string): Promise<D[]> {
  const rows = await select(store, outboundDocument, "WHERE kind = :kind ORDER BY id", { kind });
  return rows.map((row) => JSON.parse(row.document) as D);
}

const WEIGHT = { grossWeight: "12.5", weightUnit: "KG" };

onEveryDatabase("a shipment confirmed by the ERP", (database) => {
  const blanketOf = (partner = "acme") =>
    seedBlanket(database().store, {
      partner,
      customerNumber: `${partner}-BLANKET`,
      lines: [
        { item: "F-10", quantity: "10000" },
        { item: "F-20", quantity: "500", shipTo: "DOCK2" },
      ],
    });

  it("ships a part, then the rest, with the cumulative after each on the ship notice", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"], customerOrder: "PO-7" });
    const first = await ship(store, confirmed("ERP-1", [[`${order}/10`, "150"]]));
    const second = await ship(store, confirmed("ERP-2", [[`${order}/10`, "250"]]));
    assert.deepEqual([first.number, second.number], ["SH-000001", "SH-000002"]);
    const notices = await documents<ShipNotice>(store, "ship-notice");
    assert.deepEqual(
      notices.map(({ lines }) => [lines[0]?.quantity, lines[0]?.cumulative, lines[0]?.ordered]),
      [
        ["150", "150", "400"],
        ["250", "400", "400"],
      ],
    );
    const totals = await accountTotals(store, [blanket.lines[0]?.accountId as number]);
    assert.equal(inWords([...totals.values()][0] as Totals), "released 400, shipped 400, withheld 0");
  });

  it("names the customer's blanket, release and order numbers, both parties and our lines on the ship notice", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), {
      on: "2027-03-01",
      quantities: ["400"],
      customerOrder: "PO-7",
    });
    await ship(
      store,
      confirmed("ERP-1", [[`${order}/10`, "400"]], { note: "88", carrier: "DHL", packages: "4", ...WEIGHT }),
    );
    const [notice] = await documents<ShipNotice>(store, "ship-notice");
    assert.deepEqual(shipNotice.parse(notice), {
      purpose: "original",
      number: "88",
      loadNumber: "1",
      issuedOn: "2027-03-10",
      issuedAt: "0700",
      shippedOn: "2027-03-10",
      carrier: "DHL",
      packages: "4",
      ...WEIGHT,
      parties: [
        { role: "buyer", name: "ACME" },
        { role: "ship-to", scheme: "customer", code: "DOCK1", name: "Acme Plant 1", city: "Toledo", country: "US" },
        { role: "ship-from", name: "Fittings Ltd", scheme: "customer", code: "V-4711", city: "Jena" },
      ],
      lines: [
        {
          cause: "SH-000001/10",
          customerPart: "C-F-10",
          ourPart: "F-10",
          unit: "PC",
          blanketNumber: "acme-BLANKET",
          customerOrderNumber: "PO-7",
          shipLine: "10",
          quantity: "400",
          cumulative: "400",
          ordered: "400",
          orderedUnit: "PC",
          orderNumber: `${order}/10`,
        },
      ],
    });
    const [forErp] = await documents<ErpShipment>(store, "erp-shipment");
    assert.equal(forErp?.confirmation, "ERP-1");
    assert.deepEqual(
      forErp?.lines.map(({ reference, order: of, quantity: figure }) => [reference, of, figure]),
      [["SH-000001/10", `${order}/10`, "400"]],
    );
  });

  it("without a note has our number, or its digits where ship notices have eight places", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const [one, other] = [
      await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] }),
      await seedOrder(store, blanket, { on: "2027-03-02", quantities: ["400"] }),
    ];
    const fixed = settingsWith(partnerWith("acme", { shipNotice: { mapping: "fixed/4913" } }));
    await ship(store, confirmed("ERP-1", [[`${one}/10`, "400"]]));
    await ship(store, confirmed("ERP-2", [[`${other}/10`, "400"]]), fixed);
    assert.deepEqual(
      (await select(store, shipment, "ORDER BY id")).map(({ note }) => note),
      ["SH-000001", "2"],
    );
  });

  it("books more than is open in full, so that processed is what was actually shipped", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] });
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "300"]]));
    await ship(store, confirmed("ERP-2", [[`${order}/10`, "150"]]));
    const lineId = blanket.lines[0]?.lineId as number;
    const totals = (await lineTotals(store, [lineId])).get(lineId) as Totals;
    assert.equal(inWords(totals), "released 450, shipped 450, withheld 0");
    assert.equal(processedInAll(totals), quantity("450"));
    const [over] = await select(store, ledger, "WHERE business_key = 'over:ERP-2/10'");
    assert.equal(writeMillionths(over?.quantity as bigint), "50");
  });

  it("gives back what is closed short", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] });
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "300", "short"]]));
    const accountId = blanket.lines[0]?.accountId as number;
    assert.equal(
      inWords((await accountTotals(store, [accountId])).get(accountId) as Totals),
      "released 300, shipped 300, withheld 0",
    );
    assert.equal((await select(store, childLine, "WHERE 1 = 1"))[0]?.state, "closed short");
  });

  it("withholds what is closed short where the partner's file says so", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] });
    const withheld = settingsWith(partnerWith("acme", { orders: { shortIs: "withheld" } }));
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "300", "short"]]), withheld);
    const accountId = blanket.lines[0]?.accountId as number;
    assert.equal(
      inWords((await accountTotals(store, [accountId])).get(accountId) as Totals),
      "released 300, shipped 300, withheld 100",
    );
  });

  it("closes nothing when everything was shipped", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "400", "short"]]));
    assert.equal((await select(store, childLine, "WHERE 1 = 1"))[0]?.state, "shipped");
  });

  it("ends an order line with the last of it, and books what still comes on it", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    const stateAfter = async (confirmation: string, of: string) => {
      await ship(store, confirmed(confirmation, [[`${order}/10`, of]]));
      return (await select(store, childLine, "WHERE 1 = 1"))[0]?.state;
    };
    assert.equal(await stateAfter("ERP-1", "150"), "open");
    assert.equal(await stateAfter("ERP-2", "250"), "shipped");
    assert.equal(await stateAfter("ERP-3", "10"), "shipped");
  });

  it("writes the unit of weight beside each weight", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    const weights = { grossWeight: "12.5", netWeight: "10", weightUnit: "KG" };
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "400"]], weights));
    const [notice] = await documents<ShipNotice>(store, "ship-notice");
    assert.deepEqual(
      [notice?.grossWeight, notice?.weightUnit, notice?.netWeight, notice?.netWeightUnit],
      ["12.5", "KG", "10", "KG"],
    );
  });

  it("writes no unit beside a weight that was not confirmed", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "400"]], { netWeight: "10", weightUnit: "KG" }));
    const [notice] = await documents<ShipNotice>(store, "ship-notice");
    assert.deepEqual([notice?.grossWeight, notice?.weightUnit], [undefined, undefined]);
    assert.deepEqual([notice?.netWeight, notice?.netWeightUnit], ["10", "KG"]);
  });

  it("refuses a weight without a unit and asks for it", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    for (const weight of [{ grossWeight: "12.5" }, { netWeight: "10" }, { grossWeight: "12.5", weightUnit: " " }]) {
      await assert.rejects(ship(store, confirmed("ERP-1", [[`${order}/10`, "400"]], weight)), {
        code: "SHIP_WEIGHT_WITHOUT_UNIT",
        place: { field: "weightUnit" },
        remedy: /weightUnit/,
      });
    }
    assert.deepEqual(await documents<ShipNotice>(store, "ship-notice"), []);
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "400"]], WEIGHT));
  });

  it("takes the same order line twice in one confirmation", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    await ship(
      store,
      confirmed("ERP-1", [
        [`${order}/10`, "300"],
        [`${order}/10`, "150"],
      ]),
    );
    const [notice] = await documents<ShipNotice>(store, "ship-notice");
    assert.deepEqual(
      notice?.lines.map(({ cumulative }) => cumulative),
      ["300", "450"],
    );
    const [line] = await select(store, childLine, "WHERE 1 = 1");
    const totals = (await childLineTotals(store, [line?.id as number])).get(line?.id as number) as Totals;
    assert.equal(inWords(totals), "released 450, shipped 450, withheld 0");
  });

  it("is booked once: the same again has no effect, whatever the order of its lines", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400", "50"] });
    const lines: Line[] = [
      [`${order}/10`, "100"],
      [`${order}/20`, "50"],
    ];
    await ship(store, confirmed("ERP-1", lines));
    const before = await contents(store);
    const again = await ship(store, confirmed("ERP-1", [[`${order}/20`, "50.0"], lines[0] as Line]));
    assert.deepEqual([again.outcome, again.number], ["duplicate", "SH-000001"]);
    assert.deepEqual(await contents(store), before);
  });

  it("refuses a number that was booked with other content", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "100"]]));
    await refused(store, confirmed("ERP-1", [[`${order}/10`, "101"]]), {
      code: "SHIP_CONFIRMATION_REUSED",
      field: "confirmation",
    });
  });

  it("makes one shipment and one ship notice for each partner and ship-to", async () => {
    const { store } = database();
    const acme = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    const bolt = await blanketOf("bolt");
    const toDock1 = await seedOrder(store, bolt, { on: "2027-03-01", quantities: ["10"] });
    const toDock2 = await seedOrder(store, bolt, { on: "2027-03-01", quantities: ["20"], shipTo: "DOCK2" });
    const booked = await ship(
      store,
      confirmed("ERP-1", [
        [`${acme}/10`, "400"],
        [`${toDock1}/10`, "10"],
        [`${toDock2}/10`, "20"],
      ]),
    );
    assert.deepEqual(booked.numbers, ["SH-000001", "SH-000002", "SH-000003"]);
    assert.deepEqual(
      (await select(store, shipment, "WHERE 1 = 1 ORDER BY part")).map((row) => [row.partner, row.ship_to, row.note]),
      [
        ["acme", "DOCK1", "SH-000001"],
        ["bolt", "DOCK1", "SH-000002"],
        ["bolt", "DOCK2", "SH-000003"],
      ],
    );
    assert.equal((await documents(store, "ship-notice")).length, 1, "bolt takes no ship notices");
    assert.equal((await documents(store, "erp-shipment")).length, 3);
  });

  it("refuses one note number for several ship-tos, and a note number used before", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const one = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] });
    const two = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["10"], shipTo: "DOCK2" });
    await refused(
      store,
      confirmed(
        "ERP-1",
        [
          [`${one}/10`, "1"],
          [`${two}/10`, "1"],
        ],
        { note: "88" },
      ),
      {
        code: "SHIP_HEADER_FOR_SEVERAL",
        field: "note",
      },
    );
    await ship(store, confirmed("ERP-2", [[`${one}/10`, "1"]], { note: "0088" }));
    await refused(store, confirmed("ERP-3", [[`${one}/10`, "1"]], { note: "88" }), {
      code: "SHIP_NOTE_USED",
      field: "note",
    });
  });

  it("refuses an unknown or cancelled order line and a quantity that is not above zero, and books nothing", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400", "50"] });
    const gone = await seedOrder(store, blanket, { on: "2027-03-02", quantities: ["400"] });
    await store.write((tx) => tx.change("UPDATE child_order SET state = 'cancelled' WHERE number = :gone", { gone }));
    const good: Line = [`${order}/10`, "100"];
    const cases: [Line, string, string][] = [
      [["SO-000999/10", "1"], "SHIP_ORDER_LINE_UNKNOWN", "lines[1].orderLine"],
      [[`${order}/30`, "1"], "SHIP_ORDER_LINE_UNKNOWN", "lines[1].orderLine"],
      [["fifty", "1"], "SHIP_ORDER_LINE_UNKNOWN", "lines[1].orderLine"],
      [[`${gone}/10`, "1"], "SHIP_ORDER_LINE_CANCELLED", "lines[1].orderLine"],
      [[`${order}/20`, "0"], "SHIP_QUANTITY_NOT_POSITIVE", "lines[1].quantity"],
      [[`${order}/20`, "-5"], "SHIP_QUANTITY_NOT_POSITIVE", "lines[1].quantity"],
    ];
    for (const [bad, code, field] of cases) await refused(store, confirmed("ERP-1", [good, bad]), { code, field });
  });

  it("ships on the business date unless told, and never after it", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    await refused(store, confirmed("ERP-1", [[`${order}/10`, "1"]], { shippedOn: "2027-03-11" }), {
      code: "SHIP_DATE_IN_FUTURE",
      field: "shippedOn",
    });
    await ship(store, confirmed("ERP-1", [[`${order}/10`, "1"]], { shippedOn: "2027-03-08" }));
    await ship(store, confirmed("ERP-2", [[`${order}/10`, "1"]]));
    assert.deepEqual(
      (await select(store, ledger, "WHERE kind = 'shipped' ORDER BY id")).map((row) => row.happened_on),
      ["2027-03-08", "2027-03-10"],
    );
  });

  it("ships for an agreement that has expired", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] });
    await store.write((tx) => tx.change("UPDATE agreement SET state = 'expired', expires_on = '2027-03-02'"));
    assert.equal((await ship(store, confirmed("ERP-1", [[`${order}/10`, "400"]]))).outcome, "booked");
  });

  it("is booked once when it arrives twice at the same moment", async () => {
    const { store } = database();
    const order = await seedOrder(store, await blanketOf(), { on: "2027-03-01", quantities: ["400"] });
    const both = await Promise.all(
      Array.from({ length: 4 }, () => ship(store, confirmed("ERP-1", [[`${order}/10`, "400"]]))),
    );
    assert.deepEqual(both.map(({ outcome }) => outcome).toSorted(), ["booked", "duplicate", "duplicate", "duplicate"]);
    assert.equal((await select(store, shipment, "WHERE 1 = 1")).length, 1);
  });

  it("never ships the same open quantity twice when several confirmations come at once", async () => {
    const { store } = database();
    const blanket = await blanketOf();
    const order = await seedOrder(store, blanket, { on: "2027-03-01", quantities: ["400"] });
    await Promise.all([1, 2, 3, 4].map((n) => ship(store, confirmed(`ERP-${n}`, [[`${order}/10`, "150"]]))));
    const accountId = blanket.lines[0]?.accountId as number;
    const totals = (await accountTotals(store, [accountId])).get(accountId) as Totals;
    assert.equal(inWords(totals), "released 600, shipped 600, withheld 0");
    const cumulatives = (await select(store, shipmentLine, "WHERE 1 = 1 ORDER BY cumulative")).map((row) =>
      writeMillionths(row.cumulative),
    );
    assert.deepEqual(cumulatives, ["150", "300", "450", "600"]);
  });
});

/** Every row that booking writes. */
async function contents(store: Store): Promise<unknown> {
  const all = "WHERE 1 = 1 ORDER BY id";
  return [
    await select(store, shipment, all),
    await select(store, shipmentLine, all),
    await select(store, ledger, all),
    await select(store, outboundDocument, all),
    await select(store, account, all),
    await select(store, childLine, all),
    await select(store, audit, all),
    await select(store, numberSeries, all),
  ];
}

async function refused(
  store: Store,
  confirmation: ShipmentConfirmation,
  wanted: { code: string; field: string },
): Promise<void> {
  const before = await contents(store);
  await assert.rejects(ship(store, confirmation), (error) => {
    assert.ok(error instanceof CalloffError, String(error));
    assert.deepEqual({ code: error.code, field: error.place?.field }, wanted);
    assert.ok(error.expected !== undefined && error.found !== undefined && error.remedy !== undefined, error.inWords());
    return true;
  });
  assert.deepEqual(await contents(store), before);
}
