/** What is wrong with a schedule in the business it is about leaves as 824 or APERAK, as the customer's file asks. */
import assert from "node:assert/strict";
import { type House, openHouse } from "./a-house.ts";
import { asEdifact, asX12, type Item, type Schedule } from "./four-families.ts";

const item = (part: string, more: Partial<Item> = {}): Item => ({
  part,
  shipTo: "P01",
  order: "4500017",
  received: "0",
  wanted: [{ quantity: "100", in: "day", on: "2027-02-08" }],
  ...more,
});

const schedule = (release: number, issuedOn: string, items: readonly Item[]): Schedule => ({
  release,
  previous: release - 1,
  issuedOn,
  cumulativeFrom: "2027-01-01",
  until: "2027-03-31",
  items,
});

const contractOf = (partner: string): string =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    partner,
    customerNumber: "4500017",
    currency: "EUR",
    shipTo: "P01",
    lines: [{ line: 10, item: "A-100", customerPart: "A-100", quantity: "100000", price: "2.5" }],
  });

/** Segments of one kind in what was written, one a line. */
const segments = (text: string | undefined, tag: string): string[] =>
  (text ?? "").split(/[~'\n]+/).filter((segment) => segment.startsWith(tag));

describe("What is wrong with a schedule", () => {
  let house: House;
  before(async () => {
    house = await openHouse("2027-02-01", {
      acme: { settings: "applicationAdvice: { mapping: x12/824 }\n" },
      elbe: { settings: "applicationAdvice: { mapping: edifact/aperak }\nshipNotice: null\ninvoice: null\n" },
      quiet: {},
    });
    for (const code of ["acme", "elbe", "quiet"]) house.drop("erp", `${code}.json`, contractOf(code));
    await house.live("2027-02-01");
    const wrong = schedule(16, "2027-02-01", [
      item("A-100"),
      item("Z-999"),
      item("A-100", { shipTo: "P02", order: "4500018" }),
    ]);
    house.drop("acme", "16.edi", asX12(wrong, "ACME"));
    house.drop("elbe", "16.edi", asEdifact(wrong, "ELBE"));
    house.drop("quiet", "16.edi", asX12(wrong, "QUIET"));
    await house.live("2027-02-01");
  });
  after(() => house.close());

  const written = (code: string, kind: string): string[] =>
    Object.entries(house.outbox(code)).flatMap(([name, text]) => (name.startsWith(kind) ? [text] : []));

  it("leaves as one 824 that names the set answered and each line at fault", () => {
    const [advice, another] = written("acme", "824");
    assert.equal(another, undefined);
    assert.equal(segments(advice, "OTI").length, 1);
    assert.match(segments(advice, "OTI")[0] ?? "", /\*16\*.*\*830/);
    const texts = segments(advice, "NTE").join(" ");
    assert.match(texts, /Z-999 for P01: No agreement line is known/);
    assert.match(texts, /4500018/);
  });

  it("leaves as an APERAK in the same words", () => {
    const [advice, another] = written("elbe", "APERAK");
    assert.equal(another, undefined);
    assert.equal(segments(advice, "ERC").length, 3, advice);
    assert.match(segments(advice, "FTX").join(" "), /Z-999 for P01\?: No agreement line is known/);
  });

  it("is told beside the acknowledgement of the syntax, which accepts the file", () => {
    assert.match(written("acme", "997").join(""), /AK5\*A/);
    assert.match(written("elbe", "CONTRL").join(""), /UCI\+16\+.*\+7/);
  });

  it("is not told to those whose file does not ask", () => {
    assert.deepEqual(written("quiet", "824"), []);
  });

  it("is not told of an advice that comes back", async () => {
    const advice = written("acme", "824")[0] ?? "";
    const swapped = advice
      .replace(/^ISA.*?~/, (isa) => {
        const fields = isa.split("*");
        [fields[5], fields[6], fields[7], fields[8]] = [
          fields[7] ?? "",
          fields[8] ?? "",
          fields[5] ?? "",
          fields[6] ?? "",
        ];
        return fields.join("*").replace(/\*\d{9}\*/, "*000000099*");
      })
      .replace(/IEA\*1\*\d+/, "IEA*1*000000099")
      .replace("GS*AG*WIDGETS*ACME", "GS*AG*ACME*WIDGETS");
    house.drop("acme", "back.edi", swapped);
    await house.live("2027-02-02");
    assert.match((await house.files())["acme/back.edi"] ?? "", /^applied/);
    assert.equal(written("acme", "824").length, 1);
    assert.equal(written("acme", "997").length, 1, "nor is it acknowledged");
  });

  it("comes to the same when all is done again from archive and audit trail", () => house.prove());
});
