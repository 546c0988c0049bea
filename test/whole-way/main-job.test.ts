/** The main job by its commands: files in, commands, files out, on a temporary home. The system tests give them as processes. */
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, calloffJson, listAt } from "../support/program.ts";

describe("The whole way of a schedule", () => {
  let home: TestHome;
  beforeEach(() => {
    home = freshHome("2027-03-01");
  });
  afterEach(() => home.remove());

  /** Commands given on a day; the instant moves with it, as it would. */
  const on = (date: string) => ({
    run: (...args: string[]) =>
      calloffJson([...args, "--home", home.path, "--business-date", date], {
        env: { CALLOFF_NOW: `${date}T06:00:00Z` },
      }),
  });
  const outbox = (folder: string) => readdirSync(path.join(home.path, "outbox", folder)).toSorted();
  const written = (folder: string, pattern: RegExp): string => {
    const name = outbox(folder).find((each) => pattern.test(each));
    assert.ok(name !== undefined, `${pattern} in ${outbox(folder).join(", ")}`);
    return readFileSync(path.join(home.path, "outbox", folder, name), "latin1");
  };
  const drop = (sample: string, folder: string) =>
    cpSync(path.join(home.path, "samples", sample), path.join(home.path, "inbox", folder, sample));

  it("goes from the customer's 830 to order, ship notice, invoice and acknowledgement", async () => {
    const monday = on("2027-03-01");
    drop("blanket-order.json", "erp");
    drop("forecast.edi", "acme");
    const arrival = await monday.run("run");
    assert.equal(arrival.code, 0, arrival.stderr);
    assert.equal(at(arrival.document, "held"), 1);
    assert.match(written("acme", /^997/), /AK1\*PS\*1~\nAK2\*830\*0001~\nAK5\*A~\nAK9\*A\*1\*1\*1~/);

    const held = await monday.run("schedule", "list", "--held");
    const id = String(at(held.document, "schedules", 0, "id"));
    assert.equal(at(held.document, "schedules", 0, "cause"), "first");
    assert.deepEqual(
      outbox("erp").filter((name) => name.startsWith("order")),
      [],
      "nothing happens before a decision",
    );
    const accepted = await monday.run("schedule", "accept", id, "--reason", "as agreed");
    assert.equal(accepted.code, 0, accepted.stderr);
    const again = await monday.run("schedule", "accept", id);
    assert.equal(again.code, 5, "a schedule is decided once");

    const released = await monday.run("run");
    assert.equal(at(released.document, "orders", 0, "number"), "SO-000001");
    const order: unknown = JSON.parse(written("erp", /^order/));
    assert.equal(at(order, "kind"), "call on contract");
    assert.equal(at(order, "customerBlanketOrder"), "PO-4711");
    assert.equal(at(order, "lines", 0, "quantity"), "2000");

    writeFileSync(
      path.join(home.path, "inbox", "erp", "shipped.json"),
      JSON.stringify({
        schema: "calloff/shipment-confirmation/1",
        confirmation: "WMS-1",
        note: "LS-4711",
        carrier: "Spedition Kurz",
        lines: [{ orderLine: at(order, "lines", 0, "reference"), quantity: "2000" }],
      }),
    );
    assert.equal((await monday.run("run")).code, 0);
    assert.match(written("acme", /^856/), /\nSN1\*[^\n]*\*2000\*/);
    assert.match(written("acme", /^810/), /\nTDS\*500000~/);
    const receivable: unknown = JSON.parse(written("erp", /^receivable/));
    assert.equal(at(receivable, "total"), "5000");

    for (const name of outbox("acme")) {
      const file = path.join(home.path, "outbox", "acme", name);
      const checked = await calloffJson(["check", file]);
      assert.equal(checked.code, 0, `${name}: ${checked.stdout}`);
      assert.equal(at(checked.document, "interchanges", 0, "secondReader", "agrees"), true);
    }
    const why = await monday.run("why", "IN-000001/10");
    assert.match(JSON.stringify(why.document), /FST\*2000\*C\*D\*20270301/);
  });

  it("shows a blanket order's life: 10,000 in five months, 2,000 at the start of each (S1)", async () => {
    const months = ["2027-03-01", "2027-04-01", "2027-05-01", "2027-06-01", "2027-07-01"];
    drop("blanket-order.json", "erp");
    drop("forecast.edi", "acme");
    await on("2027-03-01").run("run");
    await on("2027-03-01").run("schedule", "accept", "1");
    for (const [n, date] of months.entries()) {
      const released = await on(date).run("run");
      assert.deepEqual(
        listAt(released.document, "orders").map((order) => [at(order, "number"), at(order, "scheduledOn")]),
        [[`SO-00000${n + 1}`, date]],
      );
      const confirmation = {
        schema: "calloff/shipment-confirmation/1",
        confirmation: `WMS-${n + 1}`,
        lines: [{ orderLine: `SO-00000${n + 1}/10`, quantity: "2000" }],
      };
      home.write(`inbox/erp/shipped-${n + 1}.json`, JSON.stringify(confirmation));
      const shipped = await on(date).run("run");
      assert.equal(shipped.code, 0, shipped.stderr);
      if (n !== 1) continue;
      const line = at((await on("2027-04-30").run("blanket", "show", "BA-000001")).document, "lines", 0);
      assert.deepEqual(
        ["contract", "processed", "remaining", "delivered"].map((figure) => at(line, figure)),
        ["10000", "4000", "6000", "4000"],
      );
      assert.equal((await on("2027-04-30").run("run")).code, 0);
    }
    const done = (await on("2027-07-02").run("blanket", "show", "BA-000001")).document;
    assert.equal(at(done, "state"), "completed");
    assert.equal(at(done, "lines", 0, "delivered"), "10000");
    assert.equal(at(done, "lines", 0, "remaining"), "0");
    const then = (await on("2027-07-02").run("blanket", "show", "BA-000001", "--as-of", "2027-04-30")).document;
    assert.equal(at(then, "lines", 0, "delivered"), "4000", "as of any day");
    assert.equal(outbox("acme").filter((name) => name.startsWith("856")).length, 5);
    assert.equal(outbox("acme").filter((name) => name.startsWith("810")).length, 5);
    assert.match(written("acme", /^856_SH-000005/), /\nSN1\*[^\n]*\*2000\*[^\n*]*\*10000/);
    const proof = await on("2027-07-02").run("prove");
    assert.equal(at(proof.document, "proven"), true, proof.stdout);
  });
});
