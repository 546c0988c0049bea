import assert from "node:assert/strict";
import { drainOutbox } from "../../src/exchange/outbox.ts";
import { renderWaiting } from "../../src/exchange/render.ts";
import { reopenFile } from "../../src/exchange/reopen-file.ts";
import { workOnce } from "../../src/exchange/run.ts";
import { directions } from "../../src/store/migrations/008-directions.ts";
import { queueDocument } from "../../src/store/outbound.ts";
import { select } from "../../src/store/rows.ts";
import { takeNumbers } from "../../src/store/series.ts";
import { file, interchange, message, outboundDocument, outboxFile } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import type { Finding } from "../../src/values/finding.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { invoice, notice } from "./documents.ts";
import { type TestHome, testHome } from "./home.ts";
import { delforText, EURO, TABULAR, tableText, VDA, vdaText } from "./messages.ts";

const gaps = ({ told }: TestHome) =>
  told
    .filter(({ event }) => event === "interchange.gap")
    .map(({ payload }) => (payload as { missing: string }).missing);

async function queue(
  { exchange }: TestHome,
  kind: "ship-notice" | "invoice",
  number: string,
  document: object,
  note = number,
): Promise<void> {
  await exchange.store.write((tx) =>
    queueDocument(tx, occasionOf(exchange.clock, "acme"), {
      kind,
      receiver: "acme",
      document: { ...document, number: note },
      causeKey: `${kind}:${number}`,
      number,
    }),
  );
}

/** Writes what is queued, and gives the names in the outbox. */
async function written({ exchange, names }: TestHome): Promise<string[]> {
  await renderWaiting(exchange);
  await drainOutbox(exchange);
  const held = await select(exchange.store, outboundDocument, "WHERE state = 'held'");
  assert.deepEqual(
    held.map(({ finding }) => finding),
    [],
  );
  return names("outbox", "acme");
}

const come = async (to: TestHome, ...contents: readonly (readonly [name: string, text: string])[]) => {
  for (const [name, text] of contents) {
    to.drop("acme", name, text);
    await workOnce(to.exchange);
  }
};

onEveryDatabase("files of the other families", (database) => {
  const home = (partner: string): TestHome => testHome(database(), { "config/partners/acme.yaml": partner });
  const files = async () =>
    (await select(database().store, file, "ORDER BY id")).map(({ name, state, cause }) => [name, state, cause]);
  const states = async () => (await files()).map(([name, state]) => `${name} ${state}`);
  const sets = async () =>
    (await select(database().store, message, "ORDER BY id")).map(({ type, mapping, state }) => [type, mapping, state]);

  it("VDA: applied, known by its number, answered by nothing", async () => {
    const to = home(VDA);
    await come(to, ["a.txt", vdaText({ old: 0, new: 1 })]);
    assert.deepEqual(await sets(), [["511", "fixed/4905", "applied"]]);
    const [row] = await select(database().store, interchange, "");
    assert.deepEqual([row?.syntax, row?.sender, row?.receiver, row?.control], ["fixed", "ACME", "SUPPLIER", "00001"]);
    assert.deepEqual(to.names("outbox", "acme"), []);
  });

  it("VDA: another sender than the folder's is quarantined", async () => {
    const to = home(VDA);
    await come(to, ["a.txt", vdaText({ old: 0, new: 1, sender: "OTHER" })]);
    assert.deepEqual(await files(), [["a.txt", "quarantined", "identity"]]);
  });

  it("VDA: the old number continues the chain, with jumps and round behind 99999; what is missing is named", async () => {
    const to = home(VDA);
    await come(
      to,
      ["1.txt", vdaText({ old: 99_990, new: 99_991 })],
      ["2.txt", vdaText({ old: 99_991, new: 99_999 })],
      ["3.txt", vdaText({ old: 99_999, new: 1 })],
    );
    assert.deepEqual(gaps(to), []);
    await come(to, ["4.txt", vdaText({ old: 4, new: 5 })]);
    assert.deepEqual(gaps(to), ["2 to 4"]);
    assert.deepEqual(
      (await files()).map(([, state]) => state),
      ["applied", "applied", "applied", "applied"],
    );
  });

  it("VDA: a missing transmission holds later ones where the partner's file says so, until it comes", async () => {
    const to = home(`${VDA}numberGaps: hold\n`);
    await come(to, ["1.txt", vdaText({ old: 0, new: 1 })], ["3.txt", vdaText({ old: 2, new: 3, quantity: "300" })]);
    assert.deepEqual(
      (await files()).map(([, state]) => state),
      ["applied", "held"],
    );
    await come(to, ["2.txt", vdaText({ old: 1, new: 2, quantity: "200" })]);
    assert.deepEqual(
      (await files()).map(([, state]) => state),
      ["applied", "applied", "applied"],
    );
  });

  it("VDA: held behind a gap, one goes on when its old number has come, with jumps and round behind 99999", async () => {
    const to = home(`${VDA}numberGaps: hold\n`);
    await come(to, ["1.txt", vdaText({ old: 0, new: 99_990 })], ["9.txt", vdaText({ old: 99_993, new: 99_998 })]);
    await come(to, ["1b.txt", vdaText({ old: 99_999, new: 1, quantity: "9" })]);
    assert.deepEqual(await states(), ["1.txt applied", "9.txt held", "1b.txt held"]);
    await come(to, ["2.txt", vdaText({ old: 99_990, new: 99_991 })], ["3.txt", vdaText({ old: 99_991, new: 99_993 })]);
    assert.deepEqual((await states()).slice(1, 3), ["9.txt applied", "1b.txt held"]);
    await come(to, ["99.txt", vdaText({ old: 99_998, new: 99_999 })], ["2b.txt", vdaText({ old: 1, new: 2 })]);
    assert.deepEqual(
      (await states()).filter((state) => !state.endsWith(" applied")),
      [],
    );
  });

  it("VDA: held behind a gap, one goes on however far its number is from the old one it names", async () => {
    const to = home(`${VDA}numberGaps: hold\n`);
    await come(to, ["1.txt", vdaText({ old: 0, new: 1 })], ["9.txt", vdaText({ old: 2, new: 40_000 })]);
    assert.deepEqual(await states(), ["1.txt applied", "9.txt held"]);
    await come(to, ["2.txt", vdaText({ old: 1, new: 2, quantity: "200" })]);
    assert.deepEqual(await states(), ["1.txt applied", "9.txt applied", "2.txt applied"]);
  });

  it("VDA: one that was held before the database knew what it waits for goes on all the same", async () => {
    const to = home(`${VDA}numberGaps: hold\n`);
    await come(to, ["1.txt", vdaText({ old: 0, new: 1 })], ["4.txt", vdaText({ old: 3, new: 4, quantity: "300" })]);
    await database().store.write(async (tx) => {
      await tx.run("DROP INDEX interchange_4");
      await tx.run("ALTER TABLE interchange DROP COLUMN waits_for");
      await tx.run("ALTER TABLE revision DROP COLUMN directions");
      await directions(tx);
    });
    await come(to, ["2.txt", vdaText({ old: 1, new: 2, quantity: "200" })], ["3.txt", vdaText({ old: 2, new: 3 })]);
    assert.deepEqual(
      (await states()).filter((state) => !state.endsWith(" applied")),
      [],
    );
  });

  it("VDA: let through by somebody, the chain of its message goes on behind it", async () => {
    const to = home(`${VDA}numberGaps: hold\n`);
    await come(to, ["1.txt", vdaText({ old: 0, new: 1 })], ["5.txt", vdaText({ old: 4, new: 5, quantity: "300" })]);
    await reopenFile(database().store, "2", occasionOf(to.exchange.clock, "somebody"));
    await come(to, ["6.txt", vdaText({ old: 5, new: 6, quantity: "200" })]);
    assert.deepEqual(
      (await files()).map(([, state]) => state),
      ["applied", "applied", "applied"],
    );
    assert.deepEqual(gaps(to), ["2 to 4"]);
  });

  it("VDA: a number again with other content is held, its bytes again are a duplicate; round again it is lawful", async () => {
    const to = home(VDA);
    await come(
      to,
      ["1.txt", vdaText({ old: 0, new: 1 })],
      ["again.txt", vdaText({ old: 0, new: 1 })],
      ["other.txt", vdaText({ old: 0, new: 1, quantity: "500" })],
      ["far.txt", vdaText({ old: 1, new: 60_000 })],
      ["farther.txt", vdaText({ old: 60_000, new: 99_999 })],
      ["round.txt", vdaText({ old: 99_999, new: 1, quantity: "600" })],
    );
    assert.deepEqual(
      (await files()).map(([, state, cause]) => [state, cause]),
      [
        ["applied", ""],
        ["duplicate", "same bytes as file:1"],
        ["held", "control number reused"],
        ["applied", ""],
        ["applied", ""],
        ["applied", ""],
      ],
    );
  });

  it("VDA: several transmissions of one file, and those of each message, count for themselves", async () => {
    const to = home(VDA);
    await come(to, ["ten.txt", vdaText({ old: 17, new: 18 }) + vdaText({ old: 52, new: 53, quantity: "500" })]);
    await come(to, ["more.txt", vdaText({ old: 18, new: 19 }) + vdaText({ old: 53, new: 54, quantity: "500" })]);
    assert.deepEqual(gaps(to), ["19 to 52"]);
    const callOff = vdaText({ old: 17, new: 18 })
      .replace(/^511/, "551")
      .replace(/51([2389])/g, "55$1");
    await come(to, ["call-off.txt", callOff]);
    assert.equal((await select(database().store, interchange, "WHERE state = 'held'")).length, 0);
  });

  it("VDA: ship notices are numbered in their own chain, old and new, and go round", async () => {
    const to = home(VDA);
    const parties = notice.parties?.map((party) => ({ ...party, code: "PLT" }));
    const noted = { ...notice, parties };
    await queue(to, "ship-notice", "SH-000001", noted, "4711");
    await queue(to, "ship-notice", "SH-000002", noted, "4711");
    assert.deepEqual(await written(to), ["4913_SH-000001_00001.edi", "4913_SH-000002_00002.edi"]);
    const header = (name: string) => to.read("outbox", "acme", name).slice(0, 39);
    assert.equal(header("4913_SH-000001_00001.edi"), "71103ACME     SUPPLIER 0000000001270301".slice(0, 39));
    assert.equal(header("4913_SH-000002_00002.edi").slice(23, 33), "0000100002");
    await database().store.write((tx) => takeNumbers(tx, "vda:acme:711", 99_999 - 3));
    await queue(to, "ship-notice", "SH-000003", noted, "4711");
    await queue(to, "ship-notice", "SH-000004", noted, "4711");
    assert.deepEqual(
      (await written(to)).slice(-2).toSorted(),
      ["4913_SH-000003_99999.edi", "4913_SH-000004_00001.edi"].toSorted(),
    );
    assert.equal(header("4913_SH-000004_00001.edi").slice(23, 33), "9999900001");
  });

  it("VDA: a customer who calls us otherwise finds his code as the supplier's", async () => {
    const to = home(`${VDA}us: { code: "20117" }\n`);
    const parties = notice.parties?.map((party) => ({ ...party, code: "PLT" }));
    await queue(to, "ship-notice", "SH-000001", { ...notice, parties }, "4711");
    const [name = ""] = await written(to);
    assert.equal(to.read("outbox", "acme", name).slice(0, 39), "71103ACME     20117    0000000001270301".slice(0, 39));
  });

  it("tables: one whose name fits no pattern is told the patterns, and to declare it", async () => {
    const to = home(TABULAR);
    for (const name of ["Abrufe.csv", "Abrufe.xlsx"]) {
      await come(to, [name, tableText("1")]);
    }
    for (const claim of ["1", "2"]) {
      const { findings } = JSON.parse(to.read("data", "quarantine", claim, "report.json")) as { findings: Finding[] };
      const [finding] = findings;
      assert.match(finding?.expected ?? "", /`files` under `tables:`.*plan\*\.csv/);
      assert.match(finding?.found ?? "", /^Abrufe\./);
      assert.match(finding?.remedy ?? "", /`tables:`/);
      assert.doesNotMatch(finding?.remedy ?? "", /theirs/);
    }
  });

  it("tables: read by the mapping that the partner's file declares for their names, answered by nothing", async () => {
    const to = home(TABULAR);
    await come(to, ["Plan 7.CSV", tableText("400", "500")], ["notes.csv", tableText("1")]);
    assert.deepEqual(await sets(), [["table", "csv/schedule-long", "applied"]]);
    assert.deepEqual(await files(), [
      ["Plan 7.CSV", "applied", ""],
      ["notes.csv", "quarantined", "unreadable"],
    ]);
    assert.deepEqual(to.names("outbox", "acme"), []);
  });

  it("tables: a partner of nothing else needs no identities, and an envelope in his folder is a stranger's", async () => {
    const to = home(TABULAR.replace(/^(?:theirs|ours):.*\n/gm, ""));
    await come(to, ["plan.csv", tableText("400")], ["a.txt", vdaText({ old: 0, new: 1 })]);
    assert.deepEqual(await files(), [
      ["plan.csv", "applied", ""],
      ["a.txt", "quarantined", "identity"],
    ]);
    const { findings } = JSON.parse(to.read("data", "quarantine", "2", "report.json")) as { findings: Finding[] };
    assert.match(findings[0]?.expected ?? "", /a table/);
    await queue(to, "ship-notice", "SH-000012", notice);
    assert.deepEqual(await written(to), ["ship-notice_SH-000012_000000001.csv"]);
  });

  it("tables: the latest again is a duplicate; an earlier state that comes back is new", async () => {
    const to = home(TABULAR);
    await come(
      to,
      ["plan1.csv", tableText("400")],
      ["plan2.csv", tableText("400")],
      ["plan3.csv", tableText("500")],
      ["plan4.csv", tableText("400")],
      ["plan5.csv", tableText("400")],
    );
    assert.deepEqual(
      (await files()).map(([, state, cause]) => [state, cause]),
      [
        ["applied", ""],
        ["duplicate", "same bytes as file:1"],
        ["applied", ""],
        ["applied", ""],
        ["duplicate", "same bytes as file:4"],
      ],
    );
  });

  it("tables: a bad row rejects the table with its line", async () => {
    const to = home(TABULAR);
    await come(to, ["plan.csv", tableText("400", "4OO")]);
    const [row] = await select(database().store, message, "");
    const [finding] = (JSON.parse(row?.findings ?? "[]") as Finding[]).filter(({ severity }) => severity === "reject");
    assert.deepEqual([row?.state, finding?.place.line, finding?.found], ["rejected", 3, "4OO"]);
  });

  it("tables: in a mailbox of several partners, the declaration says whose they are", async () => {
    const to = testHome(database(), {
      "config/partners/acme.yaml": `${TABULAR}folders: [van]\n`,
      "config/partners/bolt.yaml": `${TABULAR.replace("plan*.csv", "bolt-*.csv").replace("id: ACME", "id: BOLT")}folders: [van]\n`,
    });
    const { mkdirSync } = await import("node:fs");
    mkdirSync(`${to.home}/inbox/van`, { recursive: true });
    to.drop("van", "plan.csv", tableText("400"));
    to.drop("van", "bolt-1.csv", tableText("400"));
    await workOnce(to.exchange);
    assert.deepEqual(
      (await select(database().store, file, "ORDER BY name")).map(({ name, partner, state }) => [name, partner, state]),
      [
        ["bolt-1.csv", "bolt", "applied"],
        ["plan.csv", "acme", "applied"],
      ],
    );
  });

  it("tables: ship notices and invoices, each under its number", async () => {
    const to = home(TABULAR);
    await queue(to, "ship-notice", "SH-000012", notice);
    await queue(to, "invoice", "IN-000007", invoice);
    assert.deepEqual(await written(to), ["invoice_IN-000007_000000002.csv", "ship-notice_SH-000012_000000001.csv"]);
    const [header, row] = to.read("outbox", "acme", "ship-notice_SH-000012_000000001.csv").split("\r\n");
    assert.match(header ?? "", /^Ship notice;/);
    assert.match(row ?? "", /SH-000012;.*4711-A;.*400/);
  });

  it("EDIFACT: ship notices with the partner's syntax, version and association, each UNB with the next reference", async () => {
    const to = home(
      `${EURO.replace("shipNotice: null\n", "")}shipNotice: { mapping: edifact/desadv, version: D:07A, association: GAVF13 }\nedifact: { syntax: "UNOA:2", una: false, newline: false, acknowledgementRequested: true }\ntest: true\n`,
    );
    await queue(to, "ship-notice", "SH-000012", {
      ...notice,
      parties: notice.parties?.map((party) => ({ ...party, name: "PLANT O'HARA + SONS" })),
    });
    assert.deepEqual(await written(to), ["DESADV_SH-000012_000000001.edi"]);
    const text = to.read("outbox", "acme", "DESADV_SH-000012_000000001.edi");
    assert.match(
      text,
      /^UNB\+UNOA:2\+SUPPLIER:ZZ\+ACME:ZZ\+270301:0730\+000000001\+\+DESADV\+\+1\+\+1'UNH\+1\+DESADV:D:07A:UN:GAVF13'BGM/,
    );
    assert.match(text, /PLANT O\?'HARA \?\+ SONS/);
    assert.match(text, /'UNT\+\d+\+1'UNZ\+1\+000000001'$/);
    const [row] = await select(database().store, outboxFile, "");
    assert.deepEqual([row?.series, row?.interchange_control], ["unb:acme", "000000001"]);
  });

  it("EDIFACT: messages in groups where the partner wants them, numbered in a series of their own", async () => {
    const to = home(
      `${EURO.replace("shipNotice: null", "shipNotice: { mapping: edifact/desadv, version: D:07A }")}edifact: { groups: true }\ngroupIds: { theirs: PLANT }\n`,
    );
    await database().store.write((tx) => takeNumbers(tx, "ung:acme", 6));
    await queue(to, "ship-notice", "SH-000012", notice);
    const [name = ""] = await written(to);
    const text = to.read("outbox", "acme", name);
    assert.match(text, /UNB\+[^']*'\nUNG\+DESADV\+SUPPLIER:ZZ\+PLANT\+270301:0730\+7\+UN\+D:07A'\nUNH\+1/);
    assert.match(text, /UNE\+1\+7'\nUNZ\+1\+000000001'/);
  });

  it("EDIFACT: a character that the level has not keeps the document back, and the next one passes", async () => {
    const to = home(
      `${EURO.replace("shipNotice: null", "shipNotice: { mapping: edifact/desadv }")}edifact: { syntax: "UNOA:3" }\n`,
    );
    await queue(to, "ship-notice", "SH-000012", {
      ...notice,
      parties: notice.parties?.map((party) => ({ ...party, name: "München" })),
    });
    await queue(to, "ship-notice", "SH-000013", {
      ...notice,
      parties: notice.parties?.map((party) => ({ ...party, name: "ACME" })),
    });
    assert.deepEqual(await renderWaiting(to.exchange), { rendered: 1, held: 1 });
    const [row] = await select(database().store, outboxFile, "");
    assert.deepEqual([row?.name, row?.interchange_control], ["DESADV_SH-000013_000000001.edi", "000000001"]);
  });

  it("EDIFACT: UNB's level decides how bytes are read, unless the partner's file names a character set", async () => {
    const to = home(EURO);
    const text = delforText({ more: ["FTX+AAI+++Prüfen"] });
    to.drop("acme", "latin.edi", Buffer.from(text, "latin1"));
    to.drop(
      "acme",
      "utf8.edi",
      Buffer.from(text.replace("UNOC", "UNOY").replaceAll("0600+1", "0600+2").replace("UNZ+1+1", "UNZ+1+2"), "utf8"),
    );
    await workOnce(to.exchange);
    assert.deepEqual(
      (await select(database().store, message, "")).map(({ state, answer }) => [state, answer]),
      [
        ["applied", "accepted"],
        ["applied", "accepted"],
      ],
    );
  });

  it("JSON: the document under its envelope, known by sender and number; and back under the next number", async () => {
    const to = home(
      'version: 1\nname: ACME\ntheirs: [{ qualifier: "01", id: ACME }]\nours: [{ id: SUPPLIER }]\nshipNotice: { mapping: json/ship-notice }\n',
    );
    const schedule = {
      releaseNumber: "R1",
      issuedOn: "2027-03-01",
      quantities: "discrete",
      lines: [
        {
          customerPart: "4711-A",
          orderNumber: "B-100",
          shipTo: { code: "PLANT1" },
          steps: [{ timing: "day", from: "2027-03-15", quantity: "400" }],
        },
      ],
    };
    const envelope = {
      schema: "calloff/delivery-schedule/1",
      sender: "ACME",
      receiver: "SUPPLIER",
      control: "17",
      sentOn: "2027-03-01",
      test: false,
    };
    await come(
      to,
      ["a.json", JSON.stringify({ ...envelope, document: schedule })],
      ["again.json", JSON.stringify({ ...envelope, document: schedule })],
      ["other.json", JSON.stringify({ ...envelope, document: { ...schedule, releaseNumber: "R2" } })],
      ["stranger.json", JSON.stringify({ ...envelope, sender: "BOLT", control: "18", document: schedule })],
    );
    assert.deepEqual(
      (await files()).map(([name, state]) => [name, state]),
      [
        ["a.json", "applied"],
        ["again.json", "duplicate"],
        ["other.json", "held"],
        ["stranger.json", "quarantined"],
      ],
    );
    await queue(to, "ship-notice", "SH-000012", notice);
    assert.deepEqual(await written(to), ["ship-notice_SH-000012_000000001.json"]);
    const sent = JSON.parse(to.read("outbox", "acme", "ship-notice_SH-000012_000000001.json")) as Record<
      string,
      unknown
    >;
    assert.deepEqual(
      [sent["schema"], sent["sender"], sent["receiver"], sent["control"]],
      ["calloff/ship-notice/1", "SUPPLIER", "ACME", "1"],
    );
  });
});
