/** The worked examples of the domain that a customer's files can tell, through the real program. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, listAt } from "../support/program.ts";
import { a830, anInterchange, type Life, lifeIn } from "./a-customer.ts";

const TRUSTING = `version: 1
first: accept
zones: [{ name: all, increase: any, decrease: any }]
`;

const orders = (run: unknown) =>
  listAt(run, "orders").map((order) => `${String(at(order, "number"))} for ${String(at(order, "scheduledOn"))}`);

describe("Worked examples in files", () => {
  let home: TestHome;
  let life: Life;
  beforeEach(async () => {
    home = freshHome("2027-01-04");
    home.write("config/policies/standard.yaml", TRUSTING);
    home.write("inbox/erp/blanket-order.json", readFileSync(path.join(home.path, "samples", "blanket-order.json")));
    life = lifeIn(home);
    await life.run("2027-01-04", "run");
  });
  afterEach(() => home.remove());

  const schedule = async (date: string, id: number) => (await life.run(date, "schedule", "show", String(id))).document;
  const account = async (date: string) =>
    at((await life.run(date, "blanket", "show", "BA-000001")).document, "lines", 0, "cumulatives", 0);

  /** Shipped 3,000 by Wednesday 3 February, of which note 17 with 500 left yesterday. */
  const shipped3000 = async (net = false) => {
    const received = net ? {} : { received: "0" };
    await life.receive(
      "2027-01-04",
      a830("1", "2027-01-04", [
        {
          ...received,
          steps: [
            ["2500", "2027-01-04"],
            ["500", "2027-02-02"],
          ],
        },
      ]),
    );
    await life.ship("2027-01-05", "00000016", { "SO-000001/10": "2500" });
    assert.deepEqual(orders((await life.run("2027-02-02", "run")).document), ["SO-000002 for 2027-02-02"]);
    await life.ship("2027-02-02", "00000017", { "SO-000002/10": "500" });
  };

  const example1 = a830("2", "2027-02-03", [
    {
      received: "2500",
      lastNote: "16",
      steps: [
        ["100", "2027-01-31"],
        ["400", "2027-02-05"],
        ["600", "2027-02-12"],
      ],
    },
  ]);

  it("1: with note 17 on the road nothing is due this Friday, and 600 next Friday", async () => {
    await shipped3000();
    assert.deepEqual(orders(await life.receive("2027-02-03", example1)), []);
    assert.match(
      String(at(await schedule("2027-02-03", 2), "sentence")),
      /in transit 500, explained by note 00000017$/,
    );

    assert.deepEqual(orders((await life.run("2027-02-05", "run")).document), []);
    const friday = await account("2027-02-05");
    assert.deepEqual(
      ["required", "released", "shipped", "received", "inTransit", "ahead"].map((figure) => at(friday, figure)),
      ["3000", "3000", "3000", "2500", "500", "0"],
    );

    assert.deepEqual(orders((await life.run("2027-02-12", "run")).document), ["SO-000003 for 2027-02-12"]);
    const order = (await life.run("2027-02-12", "order", "show", "SO-000003")).document;
    assert.equal(at(order, "lines", 0, "ordered"), "600");
  });

  it("1: a net customer whose last note is 16 comes to the same by lines of 500 and 600", async () => {
    await shipped3000(true);
    const net = a830("2", "2027-02-03", [
      {
        lastNote: "16",
        steps: [
          ["500", "2027-02-05"],
          ["600", "2027-02-12"],
        ],
      },
    ]);
    assert.deepEqual(orders(await life.receive("2027-02-03", net)), []);
    assert.equal(at(await schedule("2027-02-03", 2), "base"), "2500");
    assert.deepEqual(orders((await life.run("2027-02-05", "run")).document), []);
    assert.deepEqual(orders((await life.run("2027-02-12", "run")).document), ["SO-000003 for 2027-02-12"]);
  });

  it("2: the old curve is lifted to what was received meanwhile: nothing moved, 300 are due this Friday", async () => {
    await shipped3000();
    await life.receive("2027-02-03", example1);
    const next = a830("3", "2027-02-05", [
      {
        received: "3000",
        lastNote: "17",
        steps: [
          ["300", "2027-02-05"],
          ["700", "2027-02-12"],
          ["500", "2027-02-19"],
        ],
      },
    ]);
    assert.deepEqual(orders(await life.receive("2027-02-05", next)), ["SO-000003 for 2027-02-05"]);
    assert.equal(
      at((await life.run("2027-02-05", "schedule", "diff", "3")).document, "sentence"),
      "+300 on 5 February, +100 on 12 February, 500 new on 19 February; nothing moved",
    );
    const order = (await life.run("2027-02-05", "order", "show", "SO-000003")).document;
    assert.equal(at(order, "lines", 0, "ordered"), "300");
  });

  it("3: 300 moved from the 3rd to the 6th, 100 cancelled on the 10th", async () => {
    await life.receive(
      "2027-02-26",
      a830("1", "2027-02-26", [
        {
          received: "0",
          steps: [
            ["400", "2027-03-03"],
            ["600", "2027-03-10"],
          ],
        },
      ]),
    );
    const next = a830("2", "2027-03-01", [
      {
        received: "0",
        steps: [
          ["100", "2027-03-03"],
          ["300", "2027-03-06"],
          ["500", "2027-03-10"],
        ],
      },
    ]);
    await life.receive("2027-03-01", next);
    assert.equal(at(await schedule("2027-03-01", 2), "sentence"), "300 moved 3 → 6 March; 100 cancelled on 10 March");
  });

  /** Six flexible buckets from 1 April; the first line says where it ships from only, the second where to. */
  const example6 = anInterchange("767", "2003-07-28", [
    "BFR*00*0259083902*0259083903*SH*A*20030401*20040331*20030728***02590",
    "LIN**BP*71M5S",
    "UIT*PC",
    "N1*SF**92*FH1",
    "SDP*Y*Y",
    "FST*3*C*F*20030401*20030812***CUR*0259083903",
    ...[
      ["4", "20030928"],
      ["3", "20031028"],
      ["4", "20031128"],
      ["3", "20031228"],
      ["3", "20040128"],
    ].map(([of = "", until = ""]) => `FST*${of}*D*F*20030401*${until}***PLN*0259093901`),
    "SHP*02*24*011*20030821",
    "LIN**BP*71M5S",
    "UIT*PC",
    "N1*ST**92*NMC18",
    "SDP*Y*Y",
    "FST*3*C*F*20030401*20030812***CUR*0259083903",
    "SHP*02*20*011*20030821",
    "CTT*2",
  ]);
  const forExample6 = async (partner = "") => {
    // Its days lie before those of the others, and a home's days only go forward.
    home.remove();
    home = freshHome("2003-07-28");
    home.write("config/policies/standard.yaml", TRUSTING);
    life = lifeIn(home);
    home.write(
      "config/partners/acme.yaml",
      `version: 1
name: Acme
theirs: [{ qualifier: ZZ, id: ACME }]
ours: [{ qualifier: ZZ, id: WIDGETS }]
policy: standard
${partner}`,
    );
    home.write(
      "inbox/erp/blanket-order.json",
      JSON.stringify({
        schema: "calloff/blanket-order/1",
        partner: "acme",
        customerNumber: "02590",
        currency: "USD",
        shipTo: "NMC18",
        lines: [{ line: 10, item: "ECM", customerPart: "71M5S", quantity: "1000", price: "99" }],
      }),
    );
    await life.run("2003-07-28", "run");
  };

  it("6: the line without ship-to is held; of the other 3 may ship by 12 August, on a base of 20 as shipped", async () => {
    await forExample6();
    assert.deepEqual(orders(await life.receive("2003-07-28", example6)), []);
    const [first, second] = [await schedule("2003-07-28", 1), await schedule("2003-07-28", 2)];
    assert.deepEqual([at(first, "state"), at(first, "cause")], ["held", "no-ship-to"]);
    assert.deepEqual(
      ["state", "base", "cumulatives", "dates", "since"].map((field) => at(second, field)),
      ["accepted", "20", "shipped", "shipment", ""],
    );
    for (const held of [first, second])
      for (const step of listAt(held, "steps")) assert.equal(at(step, "kind"), "dated", "nothing is backlog");
    assert.deepEqual(orders((await life.run("2003-08-11", "run")).document), []);
    assert.deepEqual(orders((await life.run("2003-08-12", "run")).document), ["SO-000001 for 2003-08-12"]);
    const order = (await life.run("2003-08-12", "order", "show", "SO-000001")).document;
    assert.equal(at(order, "lines", 0, "ordered"), "3");
    assert.deepEqual(orders((await life.run("2004-01-30", "run")).document), []);
  });

  it("6: told to ignore the missing ship-to nothing is held, and what is planned still never ships", async () => {
    await forExample6("schedule: { without: { shipTo: ignore } }\n");
    const run = await life.receive("2003-07-28", example6);
    assert.equal(at(run, "held"), 0);
    assert.deepEqual(orders((await life.run("2004-01-30", "run")).document), ["SO-000001 for 2003-08-12"]);
    const order = (await life.run("2004-01-30", "order", "show", "SO-000001")).document;
    assert.deepEqual(
      listAt(order, "lines").map((line) => at(line, "ordered")),
      ["3", "3"],
      "two accounts draw on the line, each of which may ship its firm bucket only",
    );
  });
});
