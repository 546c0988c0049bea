/** The main job by the program as it is installed, on each database: files in, commands, files out. */
import assert from "node:assert/strict";
import { at } from "../support/program.ts";
import { confirmation, filesIn, KINDS, type Kind, type SystemHome, systemHome, written } from "./homes.ts";

describe("The main job on PostgreSQL as on SQLite", () => {
  const homes = new Map<Kind, SystemHome>();
  const home = (kind: Kind): SystemHome => homes.get(kind) as SystemHome;
  after(async () => {
    for (const each of homes.values()) await each.remove();
  });

  for (const kind of KINDS) {
    it(`goes from the customer's 830 to order, ship notice, invoice and acknowledgement [${kind}]`, async () => {
      const gateway = await systemHome(kind, true);
      homes.set(kind, gateway);
      gateway.drop("erp", "blanket.json", gateway.sample("blanket-order.json"));
      gateway.drop("acme", "forecast.edi", gateway.sample("forecast.edi"));
      const arrived = await gateway.ask("2027-03-01", "run");
      assert.equal(at(arrived, "held"), 1);
      assert.match(written(gateway, "acme", "997"), /AK1\*PS\*1~\nAK2\*830\*0001~\nAK5\*A~\nAK9\*A\*1\*1\*1~/);
      assert.equal(at(await gateway.ask("2027-03-01", "run"), "orders", 0), undefined, "nothing before a decision");

      await gateway.ask("2027-03-01", "schedule", "accept", "1", "--reason", "as agreed");
      const released = await gateway.ask("2027-03-01", "run");
      assert.equal(at(released, "orders", 0, "number"), "SO-000001");
      const order: unknown = JSON.parse(written(gateway, "erp", "order_SO-000001"));
      assert.deepEqual(
        [at(order, "customerBlanketOrder"), at(order, "lines", 0, "quantity")],
        ["PO-4711", "2000"],
        "what the ERP is told",
      );

      gateway.drop("erp", "shipped.json", confirmation("1", "SO-000001", "2000"));
      await gateway.ask("2027-03-02", "run");
      assert.match(written(gateway, "acme", "856_SH-000001"), /\nSN1\*[^\n]*\*2000\*/);
      assert.match(written(gateway, "acme", "810_IN-000001"), /\nTDS\*500000~/);
      assert.equal(at(JSON.parse(written(gateway, "erp", "receivable_IN-000001")), "total"), "5000");

      const april = await gateway.ask("2027-04-01", "run");
      assert.equal(at(april, "orders", 0, "number"), "SO-000002");
      await gateway.ask("2027-04-02", "order", "ship", "SO-000002", "--line", "10=1500");
      await gateway.ask("2027-04-02", "run");
      assert.match(written(gateway, "acme", "856_SH-000002"), /\nSN1\*[^\n]*\*1500\*[^\n*]*\*3500/);
      assert.match(written(gateway, "acme", "810_IN-000002"), /\nTDS\*375000~/);
      const line = at(await gateway.ask("2027-04-02", "blanket", "show", "BA-000001"), "lines", 0);
      assert.deepEqual([at(line, "contract"), at(line, "delivered")], ["10000", "3500"]);
    });
  }

  it("writes the same bytes and stores the same facts", async () => {
    const outbox = filesIn(home("sqlite"), "outbox");
    assert.ok(Object.keys(outbox).length >= 12, Object.keys(outbox).join(", "));
    assert.deepEqual(filesIn(home("postgres"), "outbox"), outbox);
    const [there, here] = await Promise.all(
      KINDS.map((kind) => home(kind).ask("2027-04-02", "ledger", "--fingerprint")),
    );
    assert.match(String(at(here, "fingerprint")), /^[0-9a-f]{64}$/);
    assert.deepEqual(there, here);
  });

  for (const kind of KINDS) {
    it(`is proven from archive and audit trail [${kind}]`, async () => {
      const proof = await home(kind).ask("2027-04-02", "prove");
      assert.equal(at(proof, "proven"), true, JSON.stringify(proof));
      assert.equal(at(proof, "files", "same"), Object.keys(filesIn(home(kind), "outbox")).length);
    });
  }

  it("can be followed back from an invoice on PostgreSQL to the segment it comes from", async () => {
    const why = await home("postgres").ask("2027-04-02", "why", "IN-000002/10");
    assert.match(JSON.stringify(why), /FST\*2000\*C\*D\*20270401/);
  });
});
