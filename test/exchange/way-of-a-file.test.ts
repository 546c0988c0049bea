import assert from "node:assert/strict";
import { renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { applyRegistered } from "../../src/exchange/apply-registered.ts";
import { claimFile } from "../../src/exchange/claim.ts";
import type { Exchange } from "../../src/exchange/context.ts";
import { reopenFile } from "../../src/exchange/reopen-file.ts";
import { resumeClaimed, takeArrivals, workOnce } from "../../src/exchange/run.ts";
import { noLooks, scan } from "../../src/exchange/scan.ts";
import { select } from "../../src/store/rows.ts";
import { file, interchange, message, outboundDocument, outboxPart, revision } from "../../src/store/tables.ts";
import { occasionOf } from "../../src/values/clock.ts";
import { CalloffError } from "../../src/values/errors.ts";
import type { Finding } from "../../src/values/finding.ts";
import { onEveryDatabase } from "../support/databases.ts";
import { interchangeText, scheduleBody, testHome } from "./home.ts";

const blanket = (over: Record<string, unknown> = {}) => ({
  schema: "calloff/blanket-order/1",
  partner: "acme",
  customerNumber: "B-100",
  shipTo: "PLANT1",
  lines: [{ line: 10, item: "4711", customerPart: "4711-A", quantity: "10000", price: "1.25" }],
  ...over,
});

const wrong = (control: number): string => interchangeText({ control }).replace("SE*8*", "SE*9*");

const fa = (control: number, lines: readonly string[]) =>
  interchangeText({ control, functionalId: "FA", sets: [] }).replace(
    /GE\*0/,
    `ST*997*0001~\n${lines.map((line) => `${line}~\n`).join("")}SE*${lines.length + 2}*0001~\nGE*1`,
  );

onEveryDatabase("the way of a file", (database) => {
  const states = async () => ({
    files: (await select(database().store, file, "ORDER BY id")).map(({ name, state }) => `${name} ${state}`),
    sets: (await select(database().store, message, "ORDER BY id")).map(
      ({ control, state, answer }) => `${control} ${state} ${answer}`,
    ),
  });

  it("leads from the inbox to revisions and an acknowledgement in the outbox, with nothing left behind", async () => {
    const home = testHome(database());
    home.drop("erp", "agreements.json", JSON.stringify(blanket()));
    await workOnce(home.exchange);
    home.drop("acme", "forecast.edi", interchangeText({ sets: [scheduleBody("400"), scheduleBody("500")] }));
    await workOnce(home.exchange);
    assert.deepEqual(await states(), {
      files: ["agreements.json applied", "forecast.edi applied"],
      sets: ["0001 applied accepted", "0002 applied accepted"],
    });
    assert.deepEqual((await select(database().store, revision, "ORDER BY id")).length, 2);
    assert.match(
      home.read("outbox", "acme", "997_000000001.edi"),
      /AK1\*PS\*1~\nAK2\*830\*0001~\nAK5\*A~\nAK2\*830\*0002~\nAK5\*A~\nAK9\*A\*2\*2\*2~/,
    );
    assert.deepEqual(home.names("inbox", "acme"), []);
    assert.deepEqual(home.names("inbox", ".claimed", "acme"), []);
    assert.deepEqual(
      home.told.filter(({ event }) => event.startsWith("file.")).map(({ event }) => event),
      ["file.claimed", "file.registered", "file.applied", "file.claimed", "file.registered", "file.applied"],
    );
  });

  it("applies every set but the one with errors, and says where they are", async () => {
    const home = testHome(database());
    const bad = scheduleBody("4OO", "20270230");
    home.drop("acme", "forecast.edi", interchangeText({ sets: [scheduleBody(), bad, scheduleBody("300")] }));
    await workOnce(home.exchange);
    assert.deepEqual(await states(), {
      files: ["forecast.edi in part"],
      sets: ["0001 applied accepted", "0002 rejected rejected", "0003 applied accepted"],
    });
    const [, rejected] = await select(database().store, message, "ORDER BY id");
    const findings = JSON.parse(rejected?.findings ?? "") as Finding[];
    assert.deepEqual(
      findings.map(({ place }) => [place.segment, place.inSet, place.tag, place.element]),
      [
        [16, 6, "FST", 1],
        [16, 6, "FST", 4],
      ],
    );
    assert.match(
      home.read("outbox", "acme", "997_000000001.edi"),
      /AK2\*830\*0002~\nAK3\*FST\*6\*\*8~\nAK4\*1\*\*6\*4OO~\nAK4\*4\*\*8\*20270230~\nAK5\*R\*5~\nAK2\*830\*0003~\nAK5\*A~\nAK9\*P\*3\*3\*2~/,
    );
  });

  it("rejects a set whose segment count is wrong, with AK502 4; tolerates it where the partner's file is lenient", async () => {
    const home = testHome(database());
    home.drop("acme", "count.edi", wrong(1));
    await workOnce(home.exchange);
    assert.deepEqual((await states()).sets, ["0001 rejected rejected"]);
    assert.match(home.read("outbox", "acme", "997_000000001.edi"), /AK5\*R\*4~\nAK9\*R\*1\*1\*0~/);
    const lenient = testHome(database(), {
      "config/partners/acme.yaml": `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
lenient: [counts]
`,
    });
    lenient.drop("acme", "count.edi", wrong(2));
    await workOnce(lenient.exchange);
    assert.deepEqual((await states()).sets, ["0001 rejected rejected", "0001 applied accepted-with-errors"]);
    assert.match(lenient.read("outbox", "acme", "997_000000002.edi"), /AK5\*E\*4~\nAK9\*E\*1\*1\*1~/);
  });

  it("rejects every set of a group whose number of sets is wrong, with AK905 5", async () => {
    const home = testHome(database());
    home.drop("acme", "count.edi", interchangeText().replace("GE*1*", "GE*2*"));
    await workOnce(home.exchange);
    assert.deepEqual(await states(), { files: ["count.edi in part"], sets: ["0001 rejected rejected"] });
    assert.match(home.read("outbox", "acme", "997_000000001.edi"), /AK5\*R~\nAK9\*R\*2\*1\*0\*5~/);
    assert.deepEqual(await select(database().store, revision, ""), []);
  });

  it("answers a message that there is no mapping for with AK502 1", async () => {
    const home = testHome(database());
    const text = interchangeText({ functionalId: "PO" }).replace("ST*830*", "ST*850*");
    home.drop("acme", "order.edi", text);
    await workOnce(home.exchange);
    assert.deepEqual(await states(), { files: ["order.edi in part"], sets: ["0001 unmapped rejected"] });
    assert.match(
      home.read("outbox", "acme", "997_000000001.edi"),
      /AK1\*PO\*1~\nAK2\*850\*0001~\nAK5\*R\*1~\nAK9\*R\*1\*1\*0~/,
    );
  });

  it("answers nothing to a duplicate, or the first answer again where the partner wants that", async () => {
    const home = testHome(database());
    home.drop("acme", "a.edi", interchangeText());
    await workOnce(home.exchange);
    home.drop("acme", "b.edi", interchangeText());
    await workOnce(home.exchange);
    assert.deepEqual(home.names("outbox", "acme"), ["997_000000001.edi"]);
    assert.equal((await select(database().store, revision, "")).length, 1);
    const repeating = testHome(database(), {
      "config/partners/acme.yaml": `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
repeatAck: true
`,
    });
    repeating.drop("acme", "c.edi", interchangeText());
    await workOnce(repeating.exchange);
    assert.deepEqual(repeating.names("outbox", "acme"), ["997_000000001.edi", "997_000000002.edi"]);
    assert.equal((await select(database().store, revision, "")).length, 1);
  });

  it("goes on where it was after a crash at any step", async () => {
    const home = testHome(database());
    const { exchange } = home;
    home.drop("acme", "a.edi", interchangeText({ control: 1 }));
    // Killed after the claim.
    const [candidate] = await scan(exchange, noLooks());
    assert.ok(candidate !== undefined);
    await claimFile(exchange, candidate);
    assert.equal(await resumeClaimed(exchange), 1);
    assert.equal(await resumeClaimed(exchange), 0);
    // Killed after the registration, before the claimed file was removed.
    home.drop("acme", "b.edi", interchangeText({ control: 2 }));
    await takeArrivals(exchange, noLooks());
    writeFileSync(path.join(home.home, "inbox/.claimed/acme/2-b.edi"), interchangeText({ control: 2 }));
    await resumeClaimed(exchange);
    assert.deepEqual((await states()).files, ["a.edi registered", "b.edi registered"]);
    // Killed before they were applied.
    await workOnce(exchange);
    await workOnce(exchange);
    assert.deepEqual((await states()).files, ["a.edi applied", "b.edi applied"]);
    assert.deepEqual(home.names("outbox", "acme"), ["997_000000001.edi", "997_000000002.edi"]);
    assert.equal((await select(database().store, revision, "")).length, 2);
  });

  it("ends as failed where a fault of ours stops it, with the sets before it applied and named; a retry goes on there", async () => {
    const home = testHome(database());
    home.drop(
      "acme",
      "forecast.edi",
      interchangeText({ sets: [scheduleBody(), scheduleBody("500"), scheduleBody("600")] }),
    );
    let reads = 0;
    const faulty: Exchange = {
      ...home.exchange,
      reader: {
        ...home.exchange.reader,
        readSet: async (request) => {
          reads += 1;
          if (reads === 2) throw new TypeError("Cannot read properties of undefined");
          return home.exchange.reader.readSet(request);
        },
      },
    };
    await workOnce(faulty);
    assert.deepEqual(await states(), {
      files: ["forecast.edi failed"],
      sets: ["0001 applied ", "0002 failed ", "0003 catalogued "],
    });
    const [row] = await select(database().store, file, "");
    assert.match(row?.cause ?? "", /^EXCHANGE_SET_FAILED set 0002 \(830\): Cannot read .*; applied before: 0001$/);
    assert.deepEqual(home.names("outbox", "acme"), []);
    await reopenFile(database().store, "1", occasionOf(home.exchange.clock, "anna"));
    await workOnce(home.exchange);
    assert.deepEqual(await states(), {
      files: ["forecast.edi applied"],
      sets: ["0001 applied accepted", "0002 applied accepted", "0003 applied accepted"],
    });
    assert.equal((await select(database().store, revision, "")).length, 3);
    await assert.rejects(reopenFile(database().store, "1", occasionOf(home.exchange.clock, "anna")), {
      code: "EXCHANGE_NOT_FAILED",
    });
    await assert.rejects(reopenFile(database().store, "9", occasionOf(home.exchange.clock, "anna")), {
      code: "EXCHANGE_NO_FILE",
      exit: 3,
    });
  });

  it("ends apart with the reason where no reader could list what is in it; dropped again it is taken", async () => {
    const home = testHome(database());
    const deadly: Exchange = {
      ...home.exchange,
      reader: {
        ...home.exchange.reader,
        catalogue: async () => {
          throw new CalloffError("READER_DIED", "The reader did not survive the file, twice");
        },
      },
    };
    home.drop("acme", "forecast.edi", interchangeText());
    await workOnce(deadly);
    const [row] = await select(database().store, file, "");
    assert.equal(row?.state, "quarantined");
    assert.equal(row?.cause, "poison: READER_DIED The reader did not survive the file, twice");
    await assert.rejects(reopenFile(database().store, "1", occasionOf(home.exchange.clock, "anna")), {
      code: "EXCHANGE_NOT_FAILED",
      remedy: /drop data\/quarantine\/1\/forecast\.edi into inbox\/acme again$/,
    });
    home.drop("acme", "forecast.edi", interchangeText());
    await workOnce(home.exchange);
    assert.deepEqual((await states()).files, ["forecast.edi quarantined", "forecast.edi applied"]);
  });

  it("stays as it is while the database is away, and is repeated", async () => {
    const home = testHome(database());
    home.drop("acme", "forecast.edi", interchangeText());
    const busy: Exchange = {
      ...home.exchange,
      reader: {
        ...home.exchange.reader,
        readSet: async () => {
          throw new CalloffError("STORE_BUSY", "busy", { retryable: true });
        },
      },
    };
    await assert.rejects(workOnce(busy), { code: "STORE_BUSY" });
    assert.deepEqual(await states(), { files: ["forecast.edi registered"], sets: ["0001 catalogued "] });
    assert.equal(await applyRegistered(home.exchange), 1);
    assert.deepEqual((await states()).files, ["forecast.edi applied"]);
  });

  it("has a held interchange applied after all when somebody decides so", async () => {
    const home = testHome(database());
    home.drop("acme", "a.edi", interchangeText({ control: 5 }));
    await workOnce(home.exchange);
    home.drop("acme", "b.edi", interchangeText({ control: 5, sets: [scheduleBody("900")] }));
    await workOnce(home.exchange);
    assert.deepEqual((await states()).files, ["a.edi applied", "b.edi held"]);
    await reopenFile(database().store, "2", occasionOf(home.exchange.clock, "anna"));
    await workOnce(home.exchange);
    assert.deepEqual((await states()).files, ["a.edi applied", "b.edi applied"]);
    assert.deepEqual(
      (await select(database().store, interchange, "ORDER BY id")).map(({ state }) => state),
      ["closed", "closed"],
    );
  });

  it("quarantines a link that was put in a claimed file's place", async () => {
    const home = testHome(database());
    home.drop("acme", "a.edi", interchangeText());
    const [candidate] = await scan(home.exchange, noLooks());
    assert.ok(candidate !== undefined);
    const claimed = await claimFile(home.exchange, candidate);
    assert.ok(claimed !== undefined);
    renameSync(claimed.path, path.join(home.home, "moved"));
    symlinkSync(path.join(home.home, "moved"), claimed.path);
    await workOnce(home.exchange);
    assert.deepEqual((await states()).files, ["a.edi quarantined"]);
    assert.deepEqual(home.names("inbox", ".claimed", "acme"), []);
    assert.deepEqual(home.names("data", "quarantine", "1"), ["report.json"]);
  });
});

onEveryDatabase("an acknowledgement from a partner", (database) => {
  const sent = async () => {
    const home = testHome(database());
    home.drop("acme", "forecast.edi", interchangeText({ control: 1 }));
    await workOnce(home.exchange);
    // What we sent is a 997 under group 1; a partner may only answer other kinds, so it stands here as an invoice's group.
    await database().store.write((tx) => tx.change("UPDATE outbox_part SET functional_id = 'IN'"));
    return home;
  };
  const parts = async () =>
    (await select(database().store, outboxPart, "ORDER BY id")).map(({ answer, answered_by }) => [
      answer,
      answered_by !== null,
    ]);

  it("is matched by group and set control number, and answered by nothing", async () => {
    const home = await sent();
    home.drop("acme", "ack.edi", fa(2, ["AK1*IN*1", "AK2*810*0001", "AK5*A", "AK9*A*1*1*1"]));
    await workOnce(home.exchange);
    assert.deepEqual(await parts(), [["accepted", true]]);
    assert.deepEqual(home.names("outbox", "acme"), ["997_000000001.edi"]);
    assert.equal(
      home.told.some(({ event }) => event === "acknowledgement.alarm"),
      false,
    );
    const documents = await select(database().store, outboundDocument, "");
    assert.equal(documents.length, 1);
  });

  it("that rejects is an alarm, also when it names the group only", async () => {
    const home = await sent();
    home.drop("acme", "ack.edi", fa(2, ["AK1*IN*000000001", "AK9*R*1*1*0"]));
    await workOnce(home.exchange);
    assert.deepEqual(await parts(), [["rejected", true]]);
    assert.deepEqual(
      home.told.filter(({ event }) => event === "acknowledgement.alarm").map(({ payload }) => payload),
      [
        {
          claim: "2",
          folder: "acme",
          name: "ack.edi",
          partner: "acme",
          reason: "not accepted: rejected",
          group: "1",
          set: "1",
        },
      ],
    );
  });

  it("for what we never sent is an alarm", async () => {
    const home = await sent();
    home.drop("acme", "ack.edi", fa(2, ["AK1*IN*77", "AK9*A*1*1*1"]));
    await workOnce(home.exchange);
    assert.deepEqual(await parts(), [["", false]]);
    assert.equal(home.told.filter(({ event }) => event === "acknowledgement.alarm").length, 1);
  });
});
