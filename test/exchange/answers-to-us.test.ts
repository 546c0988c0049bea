import assert from "node:assert/strict";
import { readFindings } from "../../src/exchange/findings.ts";
import { drainOutbox } from "../../src/exchange/outbox.ts";
import { renderWaiting } from "../../src/exchange/render.ts";
import { resendFile } from "../../src/exchange/resend.ts";
import { sendWaiting, workOnce } from "../../src/exchange/run.ts";
import { type OutboundKind, queueDocument } from "../../src/store/outbound.ts";
import { select } from "../../src/store/rows.ts";
import { message, outboxFile, outboxPart } from "../../src/store/tables.ts";
import { instantOf, occasionOf, standingClock } from "../../src/values/clock.ts";
import { plainDate } from "../../src/values/dates.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { invoice, notice } from "./documents.ts";
import { interchangeText, type TestHome, testHome } from "./home.ts";
import { segments } from "./messages.ts";

const ACME = `version: 1
name: ACME Motors
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
`;
const EURO = `version: 1
name: Euro Motors
theirs: [{ qualifier: ZZ, id: ACME }]
ours: [{ qualifier: ZZ, id: SUPPLIER }]
shipNotice: { mapping: edifact/desadv, version: D:07A }
`;

const send = async ({ exchange }: TestHome, kind: OutboundKind, number: string, document: unknown): Promise<void> => {
  await exchange.store.write((tx) =>
    queueDocument(tx, occasionOf(exchange.clock, "acme"), {
      kind,
      receiver: "acme",
      document,
      causeKey: `${kind}:${number}`,
      number,
    }),
  );
  assert.deepEqual(await renderWaiting(exchange), { rendered: 1, held: 0 });
  await drainOutbox(exchange);
};

/** An interchange of one group of the customer's answers. */
const answering = (control: number, functionalId: string, lines: readonly string[]): string =>
  interchangeText({ control, functionalId, sets: [] }).replace(
    /GE\*0/,
    `${lines.map((line) => `${line}~\n`).join("")}SE*${lines.length + 1}*0001~\nGE*1`,
  );

const at = (home: TestHome, instant: string): TestHome => ({
  ...home,
  exchange: { ...home.exchange, clock: standingClock(plainDate("2027-03-01"), instantOf(instant)) },
});

const alarms = ({ told }: TestHome) =>
  told
    .filter(({ event }) => event === "acknowledgement.alarm")
    .map(({ payload }) => (payload as { reason: string }).reason);

const ta1 = (control: number, of: number, status: string) =>
  interchangeText({ control }).replace(
    /GS[\s\S]*IEA\*1/,
    `TA1*${String(of).padStart(9, "0")}*270301*0730*${status}~\nIEA*0`,
  );

const contrl = (reference: number, of: string, uci: string, ...more: readonly string[]) =>
  segments([
    `UNB+UNOC:3+ACME:ZZ+SUPPLIER:ZZ+270301:0900+${reference}`,
    "UNH+1+CONTRL:D:3:UN",
    `UCI+${of}+SUPPLIER:ZZ+ACME:ZZ+${uci}`,
    ...more,
    `UNT+${more.length + 3}+1`,
    `UNZ+1+${reference}`,
  ]);

const by = (control: number, ...lines: string[]) =>
  answering(control, "AG", ["ST*824*0001", "BGN*11*AD1*20270301", ...lines]);

onEveryDatabase("what partners say of what we sent", (database) => {
  const home = (partner: string): TestHome => testHome(database(), { "config/partners/acme.yaml": partner });
  const since = async () =>
    (await select(database().store, outboxPart, "ORDER BY id")).map((part) => part.overdue_since);
  const parts = async () =>
    (await select(database().store, outboxPart, "ORDER BY id")).map(({ answer, advice }) => [answer, advice]);

  it("999: matched by group and set, as 997 is", async () => {
    const to = home(ACME);
    await send(to, "ship-notice", "SH-000012", notice);
    to.drop(
      "acme",
      "a.edi",
      answering(1, "FA", [
        "ST*999*0001*005010X231A1",
        "AK1*SH*1*004010",
        "AK2*856*0001",
        "IK5*R*5",
        "AK9*R*1*1*0",
      ]).replaceAll("*X*004010", "*X*005010"),
    );
    await workOnce(to.exchange);
    assert.deepEqual(await parts(), [["rejected", ""]]);
    assert.deepEqual(alarms(to), ["not accepted: rejected"]);
  });

  it("is told beside what was found in the answer itself", async () => {
    const to = home(ACME);
    await send(to, "ship-notice", "SH-000012", notice);
    to.drop(
      "acme",
      "a.edi",
      answering(1, "FA", ["ST*997*0001", "AK1*SH*1", "AK2*856*0001", "ZZZ*1", "AK5*R*5", "AK9*R*1*1*0"]),
    );
    await workOnce(to.exchange);
    const [row] = await select(database().store, message, "WHERE type = '997'");
    const found = readFindings(row?.findings ?? "").map(({ code }) => code);
    assert.deepEqual(found, ["SEGMENT_UNKNOWN", "EXCHANGE_ACKNOWLEDGEMENT"]);
  });

  it("TA1: a rejection is one of all that was in the interchange; that it was accepted ends nothing", async () => {
    const to = home(`${ACME}acknowledgedWithin: 60\n`);
    await send(to, "ship-notice", "SH-000012", notice);
    await send(to, "invoice", "IN-000007", invoice);
    to.drop("acme", "a.edi", ta1(1, 1, "A*000"));
    to.drop("acme", "b.edi", ta1(2, 2, "R*024"));
    to.drop("acme", "c.edi", ta1(3, 99, "A*000"));
    await workOnce(to.exchange);
    assert.deepEqual(await parts(), [
      ["", ""],
      ["rejected", ""],
    ]);
    assert.deepEqual(alarms(to).toSorted(), ["answers what was never sent", "not accepted: rejected, TA1 024"]);
    const due = (await select(database().store, outboxPart, "ORDER BY id")).map(({ answer_due }) => answer_due !== "");
    assert.deepEqual(due, [true, false]);
  });

  it("CONTRL: what the interchange's answer does not name is accepted or rejected with it", async () => {
    const to = home(EURO);
    for (const n of [12, 13, 14, 15])
      await send(to, "ship-notice", `SH-0000${n}`, { ...notice, number: `SH-0000${n}` });
    to.drop("acme", "1.edi", contrl(1, "000000001", "7", "UCM+1+DESADV:D:07A:UN+7"));
    to.drop("acme", "2.edi", contrl(2, "2", "7", "UCM+1+DESADV:D:07A:UN+4", "UCS+3", "UCD+12+2:1"));
    to.drop("acme", "3.edi", contrl(3, "000000003", "4+26+UNB+6"));
    to.drop("acme", "4.edi", contrl(4, "000000004", "8"));
    to.drop("acme", "5.edi", contrl(5, "000000099", "7"));
    await workOnce(to.exchange);
    assert.deepEqual(
      (await parts()).map(([answer]) => answer),
      ["accepted", "rejected", "rejected", ""],
    );
    assert.deepEqual(alarms(to).toSorted(), [
      "answers what was never sent",
      "not accepted: rejected",
      "not accepted: rejected",
    ]);
  });

  it("824: by group and set, or by the number of the document; what it says is told in its words", async () => {
    const to = home(ACME);
    await send(to, "ship-notice", "SH-000012", notice);
    await send(to, "invoice", "IN-000007", invoice);
    to.drop(
      "acme",
      "a.edi",
      by(1, "OTI*TR*SI*X*EXAMPLESTAMP*ACMEMOTORS*20270301*0730*1*0001*856", "TED*024*UNKNOWN PART"),
    );
    to.drop("acme", "b.edi", by(2, "OTI*TA*IV*IN-000007"));
    to.drop("acme", "c.edi", by(3, "OTI*TA*IV*IN-999999"));
    await workOnce(to.exchange);
    const advised = (await parts()).map(([, advice]) => advice);
    assert.deepEqual(advised, ["rejected", "accepted"]);
    assert.equal(alarms(to).length, 2);
    assert.ok(alarms(to).some((reason) => reason.startsWith("not taken as it is: rejected")));
    assert.ok(alarms(to).includes("answers what was never sent"));
    assert.deepEqual(
      (await select(database().store, message, "")).map(({ state }) => state),
      ["applied", "applied", "applied"],
    );
  });

  it("nothing within the time that the partner's file gives: told once, until it comes after all", async () => {
    const to = home(`${ACME}acknowledgedWithin: 60\n`);
    await send(to, "ship-notice", "SH-000012", notice);
    await send(to, "997", "", {
      group: { functionalId: "PS", control: "1", status: "accepted", included: "1", received: "1", accepted: "1" },
      sets: [],
    });
    const overdue = () =>
      to.told.filter(({ event }) => event === "acknowledgement.overdue").map(({ payload }) => payload);
    await sendWaiting(at(to, "2027-03-01T07:29:59Z").exchange);
    assert.deepEqual(overdue(), []);
    await sendWaiting(at(to, "2027-03-01T07:30:00Z").exchange);
    await sendWaiting(at(to, "2027-03-01T08:30:00Z").exchange);
    assert.deepEqual(overdue(), [
      {
        receiver: "acme",
        folder: "acme",
        name: "856_SH-000012_000000001.edi",
        kind: "ship-notice",
        number: "SH-000012",
        writtenAt: "2027-03-01T06:30:00.000Z",
      },
    ]);
    assert.deepEqual(await since(), ["2027-03-01T07:30:00.000Z", ""]);
    to.drop("acme", "late.edi", answering(1, "FA", ["ST*997*0001", "AK1*SH*1", "AK9*A*1*1*1"]));
    await workOnce(at(to, "2027-03-01T09:00:00Z").exchange);
    assert.deepEqual(await since(), ["", ""]);
    assert.equal(overdue().length, 1);
  });

  it("is waited for anew when a file is sent again", async () => {
    const to = home(`${ACME}acknowledgedWithin: 60\n`);
    await send(to, "ship-notice", "SH-000012", notice);
    await sendWaiting(at(to, "2027-03-01T08:00:00Z").exchange);
    const [file] = await select(database().store, outboxFile, "");
    await resendFile(database().store, file?.id ?? 0, occasionOf(to.exchange.clock, "somebody"));
    const later = at(to, "2027-03-01T09:00:00Z");
    await drainOutbox(later.exchange);
    const [part] = await select(database().store, outboxPart, "");
    assert.deepEqual([part?.answer_due, part?.overdue_since], ["2027-03-01T10:00:00.000Z", ""]);
  });
});
