import assert from "node:assert/strict";
import { archiveFile } from "../../src/exchange/archive.ts";
import { claimFile } from "../../src/exchange/claim.ts";
import { registerPartnerFile } from "../../src/exchange/register.ts";
import { noLooks, scan } from "../../src/exchange/scan.ts";
import { readAudit } from "../../src/store/audit.ts";
import { select } from "../../src/store/rows.ts";
import { type FileRow, file, interchange, message } from "../../src/store/tables.ts";
import type { Finding } from "../../src/values/finding.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, scheduleBody, type TestHome, testHome } from "./home.ts";

const PATIENT = "company: { name: X }\nintake: { quietMilliseconds: 0, patienceMinutes: 0.0000001 }\n";

async function arrive(home: TestHome, name: string, content: string, folder = "acme"): Promise<FileRow> {
  home.drop(folder, name, content);
  const looks = noLooks();
  await scan(home.exchange, looks);
  const [candidate] = await scan(home.exchange, looks);
  assert.ok(candidate !== undefined, `${name} is not ready`);
  const claimed = await claimFile(home.exchange, candidate);
  assert.ok(claimed !== undefined);
  const row = await registerPartnerFile(home.exchange, claimed, await archiveFile(home.exchange, claimed));
  assert.deepEqual(await registerPartnerFile(home.exchange, claimed, await archiveFile(home.exchange, claimed)), row);
  return row;
}

const reportOf = (home: TestHome, claim: string) =>
  JSON.parse(home.read("data", "quarantine", claim, "report.json")) as { cause: string; findings: Finding[] };
const shared = (id: string) =>
  `name: ${id}\ntheirs: [{ qualifier: "01", id: ${id} }]\nours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]\nfolders: [van]\nshipNotice: null\ninvoice: null\n`;

onEveryDatabase("registering a file", (database) => {
  const stored = async () => ({
    interchanges: await select(database().store, interchange, "ORDER BY id"),
    messages: await select(database().store, message, "ORDER BY id"),
  });

  it("writes down file, interchange and every set with its byte range, once per claim", async () => {
    const home = testHome(database());
    const text = interchangeText({ control: 7, sets: [scheduleBody("400"), scheduleBody("500")] });
    const row = await arrive(home, "forecast.edi", text);
    assert.deepEqual(
      [row.claim, row.partner, row.folder, row.name, row.state, row.family, row.business_date],
      ["1", "acme", "acme", "forecast.edi", "registered", "x12", "2027-03-01"],
    );
    const { interchanges, messages } = await stored();
    assert.deepEqual(
      interchanges.map((held) => [held.partner, held.sender, held.receiver, held.control, held.state, held.sent_on]),
      [["acme", "ACMEMOTORS", "EXAMPLESTAMP", "000000007", "open", "2027-03-01"]],
    );
    assert.deepEqual(
      messages.map((set) => [set.type, set.control, set.state, set.functional_id, set.group_control, set.version]),
      [
        ["830", "0001", "catalogued", "PS", "7", "004010"],
        ["830", "0002", "catalogued", "PS", "7", "004010"],
      ],
    );
    const [first] = messages;
    assert.match(text.slice(first?.first_byte, first?.end_byte), /^ST\*830\*0001~[\s\S]*SE\*8\*0001~$/);
    const entries = await readAudit(database().store);
    assert.deepEqual(
      entries.map(({ verb, object }) => [verb, object]),
      [["file.registered", "file:1"]],
    );
  });

  it("takes the same bytes for a duplicate, under whatever name they come", async () => {
    const home = testHome(database());
    await arrive(home, "forecast.edi", interchangeText());
    const again = await arrive(home, "copy.edi", interchangeText());
    assert.deepEqual([again.state, again.cause], ["duplicate", "same bytes as file:1"]);
    const { interchanges, messages } = await stored();
    assert.deepEqual(
      interchanges.map(({ state }) => state),
      ["open", "duplicate"],
    );
    assert.equal(messages.length, 1);
  });

  it("takes the same name with another control number for a new file", async () => {
    const home = testHome(database());
    await arrive(home, "forecast.edi", interchangeText({ control: 1 }));
    assert.equal((await arrive(home, "forecast.edi", interchangeText({ control: 2 }))).state, "registered");
  });

  it("holds an interchange whose control number came before with other content", async () => {
    const home = testHome(database());
    await arrive(home, "one.edi", interchangeText({ control: 5 }));
    const row = await arrive(home, "two.edi", interchangeText({ control: 5, sets: [scheduleBody("900")] }));
    assert.deepEqual([row.state, row.cause], ["held", "control number reused"]);
    const { interchanges, messages } = await stored();
    const finding = (JSON.parse(interchanges[1]?.findings ?? "") as Finding[])[0];
    assert.deepEqual([finding?.code, finding?.ack?.interchange], ["EXCHANGE_CONTROL_REUSED", "025"]);
    assert.deepEqual(
      messages.map(({ state }) => state),
      ["catalogued", "held"],
    );
    assert.ok(home.told.some(({ event }) => event === "interchange.held"));
  });

  it("judges every interchange of a file by itself", async () => {
    const home = testHome(database());
    await arrive(home, "one.edi", interchangeText({ control: 1 }));
    const both =
      interchangeText({ control: 1 }) +
      interchangeText({ control: 2 }) +
      interchangeText({ control: 3, sender: "STRANGER" });
    assert.equal((await arrive(home, "three.edi", both)).state, "registered");
    const { interchanges } = await stored();
    assert.deepEqual(
      interchanges.map(({ state }) => state),
      ["open", "duplicate", "open", "refused"],
    );
    assert.equal(reportOf(home, "2").findings[0]?.code, "EXCHANGE_UNKNOWN_SENDER");
  });

  it("holds the second of two interchanges in one file that share a control number", async () => {
    const home = testHome(database());
    await arrive(
      home,
      "two.edi",
      interchangeText({ control: 1 }) + interchangeText({ control: 1, sets: [scheduleBody("1")] }),
    );
    assert.deepEqual(
      (await stored()).interchanges.map(({ state }) => state),
      ["open", "held"],
    );
  });

  for (const [title, told, code] of [
    ["a sender the folder is not declared for", { sender: "STRANGER" }, "EXCHANGE_UNKNOWN_SENDER"],
    ["a receiver that is not us", { receiver: "SOMEBODY" }, "EXCHANGE_WRONG_RECEIVER"],
    ["a test flag in production", { usage: "T" }, "EXCHANGE_TEST_FLAG"],
  ] as const) {
    it(`quarantines ${title}, with the file and the reason, and answers nothing`, async () => {
      const home = testHome(database());
      const text = interchangeText(told);
      const row = await arrive(home, "forecast.edi", text);
      assert.deepEqual([row.state, row.cause], ["quarantined", "identity"]);
      assert.equal(home.read("data", "quarantine", "1", "forecast.edi"), text);
      const { cause, findings } = reportOf(home, "1");
      assert.deepEqual([cause, findings.map((finding) => finding.code)], ["identity", [code]]);
      assert.deepEqual((await stored()).messages, []);
      assert.ok(home.told.some(({ event }) => event === "file.quarantined"));
    });
  }

  it("takes the same file once the identity has been corrected", async () => {
    const home = testHome(database());
    await arrive(home, "forecast.edi", interchangeText({ sender: "NEWNAME" }));
    const corrected = testHome(database(), {
      "config/partners/acme.yaml":
        'name: ACME\ntheirs: [{ qualifier: "01", id: NEWNAME }]\nours: [{ id: EXAMPLESTAMP }]\nshipNotice: null\ninvoice: null\n',
    });
    assert.equal((await arrive(corrected, "forecast.edi", interchangeText({ sender: "NEWNAME" }))).state, "registered");
  });

  it("takes tests from a partner that tests, and both kinds in a test gateway", async () => {
    const testing = testHome(database(), {
      "config/gateway.yaml": "company: { name: X }\nenvironment: test\nintake: { quietMilliseconds: 0 }\n",
    });
    assert.equal((await arrive(testing, "a.edi", interchangeText({ control: 1, usage: "T" }))).state, "registered");
    assert.equal((await arrive(testing, "b.edi", interchangeText({ control: 2, usage: "P" }))).state, "registered");
  });

  it("quarantines an interchange without its end, naming where the bytes stop; the whole file is taken afterwards", async () => {
    const home = testHome(database(), { "config/gateway.yaml": PATIENT });
    const text = interchangeText();
    for (const [n, cut] of [120, 250, text.indexOf("SE*"), text.indexOf("IEA")].entries()) {
      const row = await arrive(home, `half-${n}.edi`, text.slice(0, cut));
      assert.deepEqual([row.state, row.cause], ["quarantined", "incomplete"], `cut at ${cut}`);
      const { findings } = reportOf(home, row.claim);
      assert.ok(findings.some(({ severity, place }) => severity === "reject" && place.byte !== undefined));
    }
    assert.deepEqual((await stored()).messages, []);
    assert.equal((await arrive(home, "whole.edi", text)).state, "registered");
  });

  it("quarantines what is nothing it reads, an empty file and a file of blanks", async () => {
    const home = testHome(database(), { "config/gateway.yaml": PATIENT });
    for (const [name, content] of [
      ["a.pdf", "%PDF-1.7 nothing"],
      ["empty.edi", ""],
      ["blanks.edi", " \r\n "],
      ["bom.edi", "\u00EF\u00BB\u00BF"],
    ] as const) {
      const row = await arrive(home, name, content);
      assert.equal(row.state, "quarantined", name);
      assert.ok(reportOf(home, row.claim).findings.length > 0, name);
    }
  });

  it("goes on in the sender's numbers behind a new count, whatever comes again of the old one", async () => {
    const home = testHome(database());
    const other = interchangeText({ control: 10, sets: [scheduleBody("500")] });
    const contents = [interchangeText({ control: 10 }), interchangeText({ control: 1000 })];
    const again = [interchangeText({ control: 10 }), other];
    for (const [n, content] of [...contents, ...again].entries()) await arrive(home, `${n}.edi`, content);
    await arrive(home, "last.edi", interchangeText({ control: 1003 }));
    const gaps = home.told.filter(({ event }) => event === "interchange.gap").map(({ payload }) => payload);
    assert.deepEqual(
      gaps.map((gap) => (gap as { missing: string }).missing),
      ["1001 to 1002"],
    );
  });

  it("keeps a file called report.json apart from its report", async () => {
    const home = testHome(database());
    const row = await arrive(home, "report.json", "nothing we read");
    assert.deepEqual(home.names("data", "quarantine", row.claim), ["report.json", "sent-report.json"]);
  });

  it("registers a group's faults once, with its first set", async () => {
    const home = testHome(database());
    const text = interchangeText({ sets: [scheduleBody(), scheduleBody()] }).replace("GE*2*1", "GE*3*1");
    await arrive(home, "count.edi", text);
    const { messages } = await stored();
    assert.deepEqual(
      messages.map(({ group_findings, group_stated }) => [group_findings !== "", group_stated]),
      [
        [true, "3"],
        [false, "3"],
      ],
    );
  });
});

onEveryDatabase("a mailbox of several partners", (database) => {
  it("is read by the envelope: each interchange belongs to its sender", async () => {
    const home = testHome(database(), {
      "config/partners/acme.yaml": shared("ACMEMOTORS"),
      "config/partners/bolt.yaml": shared("BOLT"),
    });
    await scan(home.exchange, noLooks());
    await arrive(home, "a.edi", interchangeText({ sender: "BOLT" }) + interchangeText(), "van");
    const rows = await select(database().store, interchange, "ORDER BY ordinal");
    assert.deepEqual(
      rows.map(({ partner, state }) => [partner, state]),
      [
        ["bolt", "open"],
        ["acme", "open"],
      ],
    );
    assert.equal((await select(database().store, file, ""))[0]?.partner, "bolt");
  });
});
