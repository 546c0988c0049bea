import assert from "node:assert/strict";
import { acknowledgementOf } from "../../src/exchange/acknowledge.ts";
import type { Exchange } from "../../src/exchange/context.ts";
import { drainOutbox } from "../../src/exchange/outbox.ts";
import { renderWaiting } from "../../src/exchange/render.ts";
import { type OutboundKind, queueDocument } from "../../src/store/outbound.ts";
import { select } from "../../src/store/rows.ts";
import { takeNumbers } from "../../src/store/series.ts";
import { outboundDocument, outboxFile, outboxPart } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import type { Finding } from "../../src/values/finding.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { invoice, notice } from "./documents.ts";
import { testHome } from "./home.ts";

const queue = (exchange: Exchange, kind: OutboundKind, number: string, document: unknown) =>
  exchange.store.write((tx) =>
    queueDocument(tx, occasionOf(exchange.clock, "acme"), {
      kind,
      receiver: "acme",
      document,
      causeKey: `${kind}:${number}`,
      number,
    }),
  );

const answer = (control: string, version = "004010", findings: readonly Finding[] = []) =>
  acknowledgementOf({
    functionalId: "PS",
    control,
    version,
    stated: "1",
    findings: [],
    sets: [{ type: "830", control: "0001", findings }],
  });

onEveryDatabase("a document for a partner", (database) => {
  it("is one interchange under the next control numbers, dated by the document in the company's time zone", async () => {
    const { exchange, read, names } = testHome(database());
    await queue(exchange, "997", "", answer("17"));
    assert.deepEqual(await renderWaiting(exchange), { rendered: 1, held: 0 });
    await drainOutbox(exchange);
    assert.deepEqual(names("outbox", "acme"), ["997_000000001.edi"]);
    assert.equal(
      read("outbox", "acme", "997_000000001.edi"),
      [
        "ISA*00*          *00*          *ZZ*EXAMPLESTAMP   *01*ACMEMOTORS     *270301*0730*U*00401*000000001*0*P*>~",
        "GS*FA*EXAMPLESTAMP*ACMEMOTORS*20270301*0730*1*X*004010~",
        "ST*997*0001~",
        "AK1*PS*17~",
        "AK2*830*0001~",
        "AK5*A~",
        "AK9*A*1*1*1~",
        "SE*6*0001~",
        "GE*1*1~",
        "IEA*1*000000001~",
        "",
      ].join("\n"),
    );
    const [part] = await select(database().store, outboxPart, "");
    assert.deepEqual(
      [part?.receiver, part?.functional_id, part?.group_control, part?.set_control],
      ["acme", "FA", "1", "0001"],
    );
  });

  it("says in AK3 and AK4 where the errors are", async () => {
    const { exchange, read } = testHome(database());
    const bad: Finding = {
      code: "SYNTAX_SEGMENT_COUNT",
      severity: "reject",
      message: "",
      place: { inSet: 6, tag: "FST", element: 4 },
      found: "20270230",
      ack: { element: "8" },
    };
    await queue(exchange, "997", "", answer("17", "004010", [bad]));
    await renderWaiting(exchange);
    await drainOutbox(exchange);
    const text = read("outbox", "acme", "997_000000001.edi");
    assert.match(text, /AK2\*830\*0001~\nAK3\*FST\*6\*\*8~\nAK4\*4\*\*8\*20270230~\nAK5\*R\*5~\nAK9\*R\*1\*1\*0~/);
  });

  it("is a 997 in the version of the group it answers", async () => {
    const { exchange, read } = testHome(database());
    for (const version of ["002001", "003060", "005010"]) await queue(exchange, "997", version, answer("1", version));
    assert.deepEqual(await renderWaiting(exchange), { rendered: 3, held: 0 });
    await drainOutbox(exchange);
    assert.match(
      read("outbox", "acme", "997_002001_000000001.edi"),
      /GS\*FA\*EXAMPLESTAMP\*ACMEMOTORS\*270301\*0730\*1\*X\*002001~/,
    );
    assert.match(read("outbox", "acme", "997_003060_000000002.edi"), /AK1\*PS\*1~/);
    assert.match(read("outbox", "acme", "997_005010_000000003.edi"), /AK1\*PS\*1\*005010~/);
  });

  it("has its own number and the control number in its name", async () => {
    const { exchange, names } = testHome(database());
    await queue(exchange, "ship-notice", "SH-000012", notice);
    await queue(exchange, "invoice", "IN-000007", invoice);
    const result = await renderWaiting(exchange);
    const held = await select(database().store, outboundDocument, "WHERE state = 'held'");
    assert.deepEqual([result, held.map(({ finding }) => finding)], [{ rendered: 2, held: 0 }, []]);
    await drainOutbox(exchange);
    assert.deepEqual(names("outbox", "acme"), ["810_IN-000007_000000002.edi", "856_SH-000012_000000001.edi"]);
    const parts = await select(database().store, outboxPart, "ORDER BY id");
    assert.deepEqual(
      parts.map((part) => [part.functional_id, part.group_control]),
      [
        ["SH", "1"],
        ["IN", "2"],
      ],
    );
  });

  it("is rendered in the order in which the documents came about, without gaps in the numbers", async () => {
    const { exchange } = testHome(database());
    for (let n = 1; n <= 5; n += 1) await queue(exchange, "997", `${n}`, answer(String(n)));
    await queue(exchange, "ship-notice", "SH-000001", { lines: [] });
    await queue(exchange, "997", "6", answer("6"));
    assert.deepEqual(await renderWaiting(exchange), { rendered: 6, held: 1 });
    const files = await select(database().store, outboxFile, "ORDER BY id");
    assert.deepEqual(
      files.map(({ interchange_control }) => Number(interchange_control)),
      [1, 2, 3, 4, 5, 6],
    );
  });

  it("is rendered again when somebody took the number meanwhile", async () => {
    const { exchange, names } = testHome(database());
    await queue(exchange, "997", "", answer("17"));
    let first = true;
    const store = {
      ...exchange.store,
      write: async (work: Parameters<Exchange["store"]["write"]>[0]) => {
        if (first) {
          first = false;
          await exchange.store.write((tx) => takeNumbers(tx, "isa:acme", 1));
        }
        return exchange.store.write(work);
      },
    } as Exchange["store"];
    assert.deepEqual(await renderWaiting({ ...exchange, store }), { rendered: 1, held: 0 });
    await drainOutbox(exchange);
    assert.deepEqual(names("outbox", "acme"), ["997_000000002.edi"]);
    const [part] = await select(database().store, outboxPart, "");
    assert.equal(part?.group_control, "1");
  });

  it("that holds a delimiter or a line break is held, unless the partner's file names a character to write instead", async () => {
    const { exchange } = testHome(database());
    const injected = { ...notice, lines: [{ ...notice.lines[0], customerPart: "47~IEA*1*1~\r\n11" }] };
    await queue(exchange, "ship-notice", "SH-000012", injected);
    assert.deepEqual(await renderWaiting(exchange), { rendered: 0, held: 1 });
    const [row] = await select(database().store, outboundDocument, "");
    assert.equal((JSON.parse(row?.finding ?? "") as Finding).remedy === undefined, false);
  });

  it("uses the partner's delimiters, group identities, test flag and folder", async () => {
    const { exchange, read } = testHome(database(), {
      "config/partners/acme.yaml": `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
groupIds: { ours: EX, theirs: AC }
test: true
outboxFolder: van
delimiters: { element: "|", component: "<", segment: "!", newline: false }
`,
    });
    await queue(exchange, "997", "", answer("17"));
    await renderWaiting(exchange);
    await drainOutbox(exchange);
    assert.match(
      read("outbox", "van", "997_acme_000000001.edi"),
      /^ISA\|00\|.{10}\|.*\|0\|T\|<!GS\|FA\|EX\|AC\|.*IEA\|1\|000000001!$/,
    );
  });

  it("that the partner does not take is held with the setting to change", async () => {
    const { exchange } = testHome(database(), {
      "config/partners/acme.yaml": `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
shipNotice: null
`,
    });
    await queue(exchange, "ship-notice", "SH-000012", notice);
    assert.deepEqual(await renderWaiting(exchange), { rendered: 0, held: 1 });
    const [row] = await select(database().store, outboundDocument, "");
    assert.equal((JSON.parse(row?.finding ?? "") as Finding).code, "EXCHANGE_NOT_SENT");
  });
});
