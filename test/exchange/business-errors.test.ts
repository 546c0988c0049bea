import assert from "node:assert/strict";
import { workOnce } from "../../src/exchange/run.ts";
import { select } from "../../src/store/rows.ts";
import { message, outboundDocument } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, type TestHome, testHome } from "./home.ts";
import { delforText, EURO } from "./messages.ts";

const ACME = `version: 1
name: ACME Motors
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
`;
const blanket = {
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "B-999",
  shipTo: "PLANT1",
  lines: [{ line: 10, item: "4711", customerPart: "OTHER", quantity: "10000", price: "1.25" }],
};

const written = ({ names }: TestHome, kind: string) => names("outbox", "acme").filter((name) => name.startsWith(kind));

onEveryDatabase("faults in the business of a message", (database) => {
  const home = (partner: string): TestHome => testHome(database(), { "config/partners/acme.yaml": partner });
  const held = async () =>
    (await select(database().store, outboundDocument, "WHERE state = 'held'")).map(({ finding }) => finding);

  it("are told in an 824, beside the 997 that accepts the syntax; once, and never for an 824", async () => {
    const to = home(`${ACME}applicationAdvice: { mapping: x12/824 }\n`);
    to.drop("erp", "blanket.json", JSON.stringify(blanket));
    await workOnce(to.exchange);
    to.drop("acme", "forecast.edi", interchangeText());
    await workOnce(to.exchange);
    await workOnce(to.exchange);
    assert.deepEqual(await held(), []);
    assert.equal(written(to, "997").length, 1);
    const [name = "", ...more] = written(to, "824");
    assert.deepEqual(more, []);
    const text = to.read("outbox", "acme", name);
    assert.match(text, /GS\*AG\*/);
    assert.match(text, /OTI\*T[RECP]\*[^~]*\*1\*0001\*830/, "by group and set");
    assert.match(text, /4711-A/);
    const advice = interchangeText({ control: 2, functionalId: "AG", sets: [] }).replace(
      "GE*0",
      "ST*824*0001~\nBGN*11*AD1*20270301~\nOTI*TR*SI*N9~\nSE*4*0001~\nGE*1",
    );
    to.drop("acme", "824.edi", advice);
    await workOnce(to.exchange);
    assert.equal(written(to, "824").length, 1);
  });

  it("are told in an APERAK, beside the CONTRL", async () => {
    const to = home(`${EURO}applicationAdvice: { mapping: edifact/aperak }\n`);
    to.drop("erp", "blanket.json", JSON.stringify(blanket));
    await workOnce(to.exchange);
    to.drop("acme", "delfor.edi", delforText());
    await workOnce(to.exchange);
    assert.deepEqual(await held(), []);
    assert.equal(written(to, "CONTRL").length, 1);
    const [name = ""] = written(to, "APERAK");
    assert.match(to.read("outbox", "acme", name), /UNH\+1\+APERAK:D:[0-9A-Z]+:UN'[^]*4711-A/);
  });

  it("are not told where the partner's file does not ask for it", async () => {
    const to = home(ACME);
    to.drop("acme", "forecast.edi", interchangeText());
    await workOnce(to.exchange);
    assert.deepEqual(written(to, "824"), []);
    assert.equal((await select(database().store, message, "")).length, 1);
  });
});
