/** What a planner does by hand after a shipment: invoices released by command, documents that were held sent again. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, calloffHere, listAt } from "../support/program.ts";
import { a830, type Life, lifeIn } from "./a-customer.ts";

const TODAY = "2027-03-01";

const agreement = (line: object) =>
  JSON.stringify({
    schema: "calloff/blanket-order/1",
    number: "BA-000001",
    partner: "acme",
    customerNumber: "PO-4711",
    shipTo: "PLANT1",
    lines: [{ line: 10, item: "W-100", customerPart: "A-100", quantity: "10000", unit: "PC", price: "2.5", ...line }],
  });

const partner = (more: string) => `version: 1
name: Acme
theirs: [{ qualifier: ZZ, id: ACME }]
ours: [{ qualifier: ZZ, id: WIDGETS }]
policy: trusting
${more}`;

describe("after a shipment", () => {
  let home: TestHome;
  let life: Life;
  beforeEach(() => {
    home = freshHome(TODAY);
    life = lifeIn(home);
    home.write("config/policies/trusting.yaml", "version: 1\nfirst: accept\n");
  });
  afterEach(() => home.remove());

  const shipped = async (line: object) => {
    home.write("inbox/erp/agreement.json", agreement(line));
    await life.run(TODAY, "run");
    await life.receive(TODAY, a830("1", TODAY, [{ received: "0", steps: [["400", TODAY]] }]));
    await life.ship(TODAY, "88123", { "SO-000001/10": "400" });
  };

  it("an invoice of a partner who is billed by hand is released by command, once", async () => {
    home.write("config/partners/acme.yaml", partner("orders: { invoice: by-hand }\n"));
    await shipped({});
    assert.deepEqual(
      life.outbox("acme").filter((name) => name.startsWith("810")),
      [],
    );

    const released = await life.run(TODAY, "invoice", "release", "SH-000001");
    assert.deepEqual(listAt(released.document, "invoices"), ["IN-000001"]);
    await life.run(TODAY, "run");
    assert.equal(life.outbox("acme").filter((name) => name.startsWith("810")).length, 1);
    assert.deepEqual(listAt((await life.run(TODAY, "invoice", "release", "SH-000001")).document, "invoices"), []);
    assert.equal((await life.run(TODAY, "invoice", "release", "SH-000009")).code, 3);
  });

  it("a ship notice whose text holds a separator is held and named, and leaves once the partner's file says what to write", async () => {
    home.write("config/partners/acme.yaml", partner(""));
    await shipped({ description: "Widget ~IEA*1*000000001" });
    assert.deepEqual(
      life.outbox("acme").filter((name) => name.startsWith("856")),
      [],
    );
    const [held] = listAt((await life.run(TODAY, "outbox", "list")).document, "waiting").filter(
      (one) => at(one, "kind") === "ship-notice",
    );
    assert.equal(at(held, "state"), "held");
    assert.match(String(at(held, "finding", "message")), /description/);
    const { stdout } = await calloffHere(["outbox", "list", "--home", home.path, "--business-date", TODAY]);
    assert.match(stdout, /held +EXCHANGE_DOCUMENT at [^{}]*Change the text, choose other delimiters/);

    home.write("config/partners/acme.yaml", partner('replaceForbidden: "-"\n'));
    assert.equal((await life.run(TODAY, "outbox", "resend", String(at(held, "cause")))).code, 0);
    await life.run(TODAY, "run");
    const [notice = ""] = life.outbox("acme").filter((name) => name.startsWith("856"));
    assert.match(
      readFileSync(path.join(home.path, "outbox/acme", notice), "latin1"),
      /PID\*F\*\*\*\*Widget -IEA-1-000000001~/,
    );
    assert.equal((await life.run(TODAY, "outbox", "resend", "nothing")).code, 3);
  });
});
