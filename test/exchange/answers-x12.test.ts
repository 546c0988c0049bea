import assert from "node:assert/strict";
import { workOnce } from "../../src/exchange/run.ts";
import { select } from "../../src/store/rows.ts";
import { file, message } from "../../src/store/tables.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, scheduleBody, type TestHome, type Told830, testHome } from "./home.ts";
import { IMPATIENT } from "./messages.ts";

const ACME = `version: 1
name: ACME Motors
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
`;

/** An interchange whose ISA14 asks for a TA1. */
const asking = (told: Told830 = {}): string =>
  interchangeText(told).replace("*0*P*>", "*1*P*>").replace("*0*T*>", "*1*T*>");

const written = ({ names }: TestHome) => names("outbox", "acme");
const ta1 = ({ read }: TestHome, name = "TA1_000000001.edi") => /TA1\*[^~]*/.exec(read("outbox", "acme", name))?.[0];

onEveryDatabase("what an X12 customer is answered of his envelopes", (database) => {
  const home = (more = ""): TestHome =>
    testHome(database(), { "config/partners/acme.yaml": ACME + more, "config/gateway.yaml": IMPATIENT });
  const states = async () => (await select(database().store, file, "ORDER BY id")).map(({ state }) => state);

  it("valid: TA1 A with the interchange's number, date and time, in an interchange of its own before the 997", async () => {
    const at = home();
    at.drop("acme", "forecast.edi", asking({ control: 7 }));
    await workOnce(at.exchange);
    assert.deepEqual(written(at), ["997_000000002.edi", "TA1_000000001.edi"]);
    assert.equal(
      at.read("outbox", "acme", "TA1_000000001.edi"),
      [
        "ISA*00*          *00*          *ZZ*EXAMPLESTAMP   *01*ACMEMOTORS     *270301*0730*U*00401*000000001*0*P*>~",
        "TA1*000000007*270301*0600*A*000~",
        "IEA*0*000000001~",
        "",
      ].join("\n"),
    );
    assert.match(
      at.read("outbox", "acme", "997_000000002.edi"),
      /GS\*FA\*EXAMPLESTAMP\*ACMEMOTORS\*20270301\*0730\*1\*X/,
    );
  });

  it("a set in error, or a count of a set wrong: TA1 A beside the 997 R", async () => {
    const at = home();
    at.drop("acme", "wrong.edi", asking({ sets: [scheduleBody("4OO")] }));
    await workOnce(at.exchange);
    assert.equal(ta1(at), "TA1*000000001*270301*0600*A*000");
    assert.match(at.read("outbox", "acme", "997_000000002.edi"), /AK9\*R\*1\*1\*0~/);
  });

  it("truncated, without IEA: TA1 R 023 and no 997", async () => {
    const at = home();
    at.drop("acme", "half.edi", asking().replace(/IEA[\s\S]*/, ""));
    at.drop("acme", "not-asking.edi", interchangeText({ control: 2 }).replace(/SE[\s\S]*/, ""));
    await workOnce(at.exchange);
    assert.deepEqual(await states(), ["quarantined", "quarantined"]);
    assert.deepEqual(written(at), ["TA1_000000001.edi"]);
    assert.equal(ta1(at), "TA1*000000001*270301*0600*R*023");
  });

  for (const [what, from, to, code] of [
    ["number of groups in IEA wrong", "IEA*1*", "IEA*2*", "021"],
    ["control number in IEA another than in ISA", "IEA*1*000000001", "IEA*1*000000009", "001"],
  ] as const) {
    it(`${what}: TA1 R ${code} and no 997`, async () => {
      const at = home();
      at.drop("acme", "wrong.edi", asking().replace(from, to));
      await workOnce(at.exchange);
      assert.deepEqual([await states(), written(at)], [["quarantined"], ["TA1_000000001.edi"]]);
      assert.equal(ta1(at), `TA1*000000001*270301*0600*R*${code}`);
    });
  }

  it("the same, where the partner's file is lenient: TA1 E with the code, and the 997", async () => {
    const at = home("lenient: [counts]\n");
    at.drop("acme", "wrong.edi", asking().replace("IEA*1*", "IEA*2*"));
    await workOnce(at.exchange);
    assert.deepEqual([await states(), written(at)], [["applied"], ["997_000000002.edi", "TA1_000000001.edi"]]);
    assert.equal(ta1(at), "TA1*000000001*270301*0600*E*021");
  });

  it("control number used again with other content: TA1 R 025, held, no 997", async () => {
    const at = home("acknowledge: none\n");
    at.drop("acme", "first.edi", interchangeText());
    await workOnce(at.exchange);
    at.drop("acme", "other.edi", asking({ sets: [scheduleBody("500")] }));
    await workOnce(at.exchange);
    assert.deepEqual([await states(), written(at)], [["applied", "held"], ["TA1_000000001.edi"]]);
    assert.equal(ta1(at), "TA1*000000001*270301*0600*R*025");
  });

  for (const [what, told] of [
    ["a sender the folder is not declared for", { sender: "STRANGER" }],
    ["a receiver that is not us", { receiver: "SOMEBODY" }],
    ["a test in production", { usage: "T" }],
  ] as const) {
    it(`${what}: nothing is answered, whole or half`, async () => {
      const at = home("ta1: always\n");
      at.drop("acme", "whole.edi", asking(told));
      at.drop("acme", "half.edi", asking({ ...told, control: 2 }).replace(/IEA[\s\S]*/, ""));
      await workOnce(at.exchange);
      assert.deepEqual([await states(), written(at)], [["quarantined", "quarantined"], []]);
    });
  }

  it("duplicate: nothing, or TA1 and 997 again where the partner wants that", async () => {
    const at = home();
    at.drop("acme", "first.edi", asking());
    await workOnce(at.exchange);
    at.drop("acme", "again.edi", asking());
    await workOnce(at.exchange);
    assert.equal(written(at).length, 2);
    const repeating = home("repeatAck: true\n");
    repeating.drop("acme", "again.edi", asking());
    await workOnce(repeating.exchange);
    assert.deepEqual(written(repeating).slice(-2), ["TA1_000000001.edi", "TA1_000000003.edi"]);
    assert.equal(ta1(repeating, "TA1_000000003.edi"), ta1(repeating));
  });

  it("groups of answers, and TA1 itself: never answered", async () => {
    const at = home("ta1: always\n");
    const fa = asking({ functionalId: "FA", sets: [] }).replace(
      "GE*0",
      "ST*997*0001~\nAK1*SH*9~\nAK9*A*1*1*1~\nSE*4*0001~\nGE*1",
    );
    const advice = asking({ functionalId: "AG", sets: [], control: 2 }).replace(
      "GE*0",
      "ST*824*0001~\nBGN*11*AD1*20270301~\nOTI*TA*SI*N9~\nSE*4*0001~\nGE*1",
    );
    const alone = asking({ control: 3 }).replace(/GS[\s\S]*IEA\*1/, "TA1*000000009*270301*0600*A*000~\nIEA*0");
    at.drop("acme", "fa.edi", fa);
    at.drop("acme", "ag.edi", advice);
    at.drop("acme", "ta1.edi", alone);
    await workOnce(at.exchange);
    assert.deepEqual(written(at), []);
    assert.deepEqual(
      (await select(database().store, message, "ORDER BY type")).map(({ type, state }) => `${type} ${state}`),
      ["824 applied", "997 applied", "TA1 applied"],
    );
  });

  for (const [when, asks, expected] of [
    ["asked", false, 0],
    ["always", false, 1],
    ["never", true, 0],
  ] as const) {
    it(`ta1: ${when}, of an interchange that ${asks ? "asks" : "does not ask"}: ${expected}`, async () => {
      const at = home(`ta1: ${when}\n`);
      at.drop("acme", "forecast.edi", asks ? asking() : interchangeText());
      await workOnce(at.exchange);
      assert.equal(written(at).filter((name) => name.startsWith("TA1")).length, expected);
    });
  }

  it("held until numbers before it have come: TA1 A, since its envelope is sound", async () => {
    const at = home("numberGaps: hold\nacknowledge: none\n");
    at.drop("acme", "1.edi", interchangeText());
    await workOnce(at.exchange);
    at.drop("acme", "3.edi", asking({ control: 3, sets: [scheduleBody("300")] }));
    await workOnce(at.exchange);
    assert.deepEqual([await states(), ta1(at)], [["applied", "held"], "TA1*000000003*270301*0600*A*000"]);
  });

  it("999 instead of 997: in 005010, with the version of the group it answers", async () => {
    const at = home('acknowledge: "999"\n');
    at.drop("acme", "forecast.edi", interchangeText({ sets: [scheduleBody(), scheduleBody("4OO", "20270230")] }));
    await workOnce(at.exchange);
    assert.deepEqual(written(at), ["999_000000001.edi"]);
    assert.equal(
      at.read("outbox", "acme", "999_000000001.edi").split("~\n").slice(1, -3).join("~\n"),
      [
        "GS*FA*EXAMPLESTAMP*ACMEMOTORS*20270301*0730*1*X*005010",
        "ST*999*0001",
        "AK1*PS*1*004010",
        "AK2*830*0001",
        "IK5*A",
        "AK2*830*0002",
        "IK3*FST*6**8",
        "IK4*1**6*4OO",
        "IK4*4**8*20270230",
        "IK5*R*5",
        "AK9*P*2*2*1",
        "SE*11*0001",
      ].join("~\n"),
    );
  });
});
