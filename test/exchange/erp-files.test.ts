import assert from "node:assert/strict";
import fc from "fast-check";
import { type ErpReceipt, erpReceipt } from "../../src/documents/erp.ts";
import type { Exchange } from "../../src/exchange/context.ts";
import { readErpText } from "../../src/exchange/erp-text.ts";
import { type JsonNode, jsonTree, repeatedKeyAt } from "../../src/exchange/json-places.ts";
import { workOnce } from "../../src/exchange/run.ts";
import { releaseDue } from "../../src/orders/release.ts";
import { select } from "../../src/store/rows.ts";
import { agreement, file, outboundDocument, shipment } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import { placeInWords } from "../../src/values/finding.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, type TestHome, testHome } from "./home.ts";

const blanket = (customerNumber: string, over: Record<string, unknown> = {}) => ({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber,
  shipTo: "PLANT1",
  lines: [{ line: 10, item: "4711", customerPart: "4711-A", quantity: "10000", price: "1.25" }],
  ...over,
});

const findingsOf = (text: string): string[] => {
  const { records, findings } = readErpText("erp.json", Buffer.from(text));
  return [...findings, ...records.flatMap((record) => record.findings)].map(
    ({ code, place, expected, found }) => `${code} ${placeInWords(place)}: expected ${expected}, found ${found}`,
  );
};

async function receipt(home: TestHome, claim: number): Promise<ErpReceipt> {
  const cause = `receipt:${claim}`;
  const [row] = await select(home.exchange.store, outboundDocument, "WHERE cause_key = :cause", { cause });
  return erpReceipt.parse(JSON.parse(home.read("outbox", "erp", `receipt_${row?.number}.json`)));
}

function checkPlaces(text: string, node: JsonNode, held: unknown): void {
  if (held === null || typeof held !== "object") {
    assert.ok(text.startsWith(JSON.stringify(held), node.at));
  } else if (Array.isArray(held)) {
    for (const [n, item] of held.entries()) checkPlaces(text, node.items[n] as JsonNode, item);
  } else {
    for (const [key, member] of Object.entries(held)) {
      const at = node.members.get(key);
      assert.ok(at !== undefined && text.startsWith(JSON.stringify(key), at.keyAt));
      checkPlaces(text, at.value, member);
    }
  }
}

describe("a JSON file of the ERP", () => {
  it("may hold one record or a list of them", () => {
    assert.equal(readErpText("f", Buffer.from(JSON.stringify(blanket("A")))).records.length, 1);
    const many = readErpText("f", Buffer.from(JSON.stringify([blanket("A"), blanket("B")])));
    assert.deepEqual(
      many.records.map(({ label, findings }) => [label, findings.length]),
      [
        ["A", 0],
        ["B", 0],
      ],
    );
  });

  it("that is no JSON is refused with line and column", () => {
    assert.deepEqual(findingsOf('{\n  "schema": "x",\n  "number" 7\n}'), [
      'EXCHANGE_ERP_JSON erp.json, line 3, column 12: expected JSON: one record, or a list of records, found "7"',
    ]);
    assert.match(findingsOf('{\n  "schema": "x",')[0] as string, /line 2, column 17: .*found the end of the file$/);
    assert.match(findingsOf("")[0] as string, /line 1, column 1: .*found the end of the file$/);
    assert.match(findingsOf("[]")[0] as string, /expected at least one record/);
  });

  it("that states a key twice is refused, instead of the last one winning", () => {
    assert.match(
      findingsOf('{"schema":"calloff/blanket-order/1",\n"partner":"a","partner":"b"}')[0] as string,
      /EXCHANGE_ERP_JSON erp\.json, line 2, column 15/,
    );
  });

  it("is placed exactly, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, 4), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        assert.equal(repeatedKeyAt(text), undefined);
        checkPlaces(text, jsonTree(text), value);
      }),
    );
  });

  it("that is no UTF-8 is refused", () => {
    const { findings } = readErpText("f", Buffer.from('{"schema": "M\u00fcller"}', "latin1"));
    assert.equal(findings[0]?.expected, "JSON in UTF-8");
  });

  it("has the faults of every record with line, column and field", () => {
    const text = JSON.stringify(
      [blanket("A"), blanket("B", { currency: "EURO", lines: [{ line: "10", item: "x", quantity: 5 }], typo: 1 })],
      undefined,
      2,
    );
    assert.deepEqual(findingsOf(text), [
      'EXCHANGE_ERP_RECORD erp.json, line 29, column 17, [1].currency: expected an ISO 4217 code such as EUR, found "EURO"',
      'EXCHANGE_ERP_RECORD erp.json, line 24, column 17, [1].lines[0].line: expected a number, found "10"',
      "EXCHANGE_ERP_RECORD erp.json, line 26, column 21, [1].lines[0].quantity: expected text, found 5",
      "EXCHANGE_ERP_RECORD erp.json, line 30, column 5, [1].typo: expected one of schema, number, partner, customerNumber, aliases, side, state, currency, paymentTerms, terms, description, contact, from, to, expiresOn, shipTo, lines, found typo",
    ]);
  });

  it("that does not say what it is, or says something unknown, is told what there is", () => {
    assert.match(
      findingsOf('{"partner":"acme"}')[0] as string,
      /expected "schema" to be one of calloff\/blanket-order\/1, calloff\/shipment-confirmation\/1, found ""/,
    );
    assert.match(findingsOf('{"schema":"calloff/blanket-order/2"}')[0] as string, /found "calloff\/blanket-order\/2"/);
    assert.match(findingsOf("[7, null]")[1] as string, /expected "schema"/);
  });
});

onEveryDatabase("files of the ERP", (database) => {
  const fileStates = async () => (await select(database().store, file, "ORDER BY id")).map(({ state }) => state);

  it("become agreements, each record by itself, and are answered by a receipt", async () => {
    const home = testHome(database());
    home.drop(
      "erp",
      "agreements.json",
      JSON.stringify([blanket("A"), blanket("B", { partner: "nobody" }), blanket("C")]),
    );
    await workOnce(home.exchange);
    assert.deepEqual(await fileStates(), ["in part"]);
    assert.deepEqual(
      (await select(database().store, agreement, "ORDER BY id")).map((row) => row.customer_number),
      ["A", "C"],
    );
    const { outcome, records } = await receipt(home, 1);
    assert.equal(outcome, "applied");
    assert.deepEqual(
      records.map((record) => [record.record, record.outcome]),
      [
        ["BA-000001", "created"],
        ["B", "refused"],
        ["BA-000002", "created"],
      ],
    );
    assert.match(records[1]?.message ?? "", /PARTNER_UNKNOWN/);
    assert.deepEqual(home.names("data", "quarantine", "1"), ["agreements.json", "report.json"]);
  });

  it("of which nothing is valid are quarantined and answered by a receipt that says why", async () => {
    const home = testHome(database());
    home.drop("erp", "typo.json", '{ "schema": "calloff/blanket-order/1", }');
    home.drop("erp", "wrong.json", JSON.stringify(blanket("A", { lines: [] })));
    await workOnce(home.exchange);
    assert.deepEqual(await fileStates(), ["quarantined", "quarantined"]);
    for (const claim of [1, 2]) {
      const { outcome, records } = await receipt(home, claim);
      assert.equal(outcome, "refused");
      assert.match(records[0]?.message ?? "", /line \d+, column \d+/);
    }
  });

  it("with the same bytes are duplicates, unless an agreement returns to what it was", async () => {
    const home = testHome(database());
    const [first, second] = [blanket("A"), blanket("A", { description: "revised" })].map((record) =>
      JSON.stringify(record),
    ) as [string, string];
    for (const [n, text] of [first, first, second, first].entries()) {
      home.drop("erp", `${n}.json`, text);
      await workOnce(home.exchange);
    }
    assert.deepEqual(await fileStates(), ["applied", "duplicate", "applied", "applied"]);
    assert.equal((await receipt(home, 2)).outcome, "duplicate");
    const names = home.names("outbox", "erp").map((name) => name.replace(/_[0-9a-f]{12}/, "_<hash>"));
    assert.deepEqual(
      names,
      [0, 1, 2, 3].map((n) => `receipt_${n}_<hash>${["", "_2", "", "_3"][n]}.json`),
    );
    assert.deepEqual(
      (await receipt(home, 4)).records.map(({ outcome }) => outcome),
      ["changed"],
    );
  });

  it("confirm shipments, each once, and lead to the ship notice, the invoice and the ERP's documents", async () => {
    const home = testHome(database());
    const { exchange } = home;
    home.drop("erp", "agreements.json", JSON.stringify(blanket("B-100")));
    await workOnce(exchange);
    home.drop("acme", "forecast.edi", interchangeText({ sets: [schedule()] }));
    await workOnce(exchange);
    const occasion = occasionOf(exchange.clock, "timetable");
    const [released] = await releaseDue(exchange.store, exchange.config, occasion);
    assert.ok(released !== undefined);
    const confirmation = {
      schema: "calloff/shipment-confirmation/1",
      confirmation: "WMS-1",
      lines: [{ orderLine: `${released.number}/10`, quantity: "400" }],
    };
    home.drop("erp", "shipped.json", JSON.stringify(confirmation));
    home.drop("erp", "shipped-again.json", JSON.stringify(confirmation, undefined, 1));
    await workOnce(exchange);
    assert.equal((await select(database().store, shipment, "")).length, 1);
    assert.deepEqual(
      (await Promise.all([receipt(home, 3), receipt(home, 4)])).map(({ records }) => records[0]?.outcome),
      ["booked", "unchanged"],
    );
    assert.deepEqual(home.names("outbox", "acme"), [
      "810_IN-000001_000000003.edi",
      "856_SH-000001_000000002.edi",
      "997_000000001.edi",
    ]);
    for (const name of ["order_SO-000001.json", "shipment_SH-000001.json", "receivable_IN-000001.json"]) {
      assert.ok(home.names("outbox", "erp").includes(name), name);
    }
    assert.match(home.read("outbox", "acme", "856_SH-000001_000000002.edi"), /~\nSN1\*[^~]*400/);
  });

  it("go on after a crash at the first record without an outcome, and the receipt tells all", async () => {
    const home = testHome(database());
    let writes = 0;
    const killed: Exchange = {
      ...home.exchange,
      store: {
        ...home.exchange.store,
        write: async (work) => {
          writes += 1;
          // 1 claims, 2 registers, 3 and 4 take the first two records.
          if (writes === 5) throw new Error("killed");
          return home.exchange.store.write(work);
        },
      },
    };
    home.drop("erp", "agreements.json", JSON.stringify([blanket("A"), blanket("B"), blanket("C")]));
    await workOnce(killed);
    assert.deepEqual(await fileStates(), ["failed"]);
    await database().store.write((tx) => tx.change("UPDATE file SET state = 'registered'"));
    await workOnce(home.exchange);
    assert.deepEqual(await fileStates(), ["applied"]);
    assert.deepEqual(
      (await receipt(home, 1)).records.map(({ record, outcome }) => [record, outcome]),
      [
        ["BA-000001", "created"],
        ["BA-000002", "created"],
        ["BA-000003", "created"],
      ],
    );
  });
});

const schedule = (): string[] => [
  "BFR*05**R1*DL*A*20270301*20270401*20270301",
  "N1*ST*ACME PLANT 1*92*PLANT1",
  "LIN**BP*4711-A*PO*B-100",
  "UIT*PC",
  "FST*400*C*D*20270301",
  "CTT*1",
];
