/** Hostile and broken archives, workbooks and tables through the whole program, and tables that it writes. */
import assert from "node:assert/strict";
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import path from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "csv-parse/sync";
import { at, calloff, listAt } from "../support/program.ts";
import { textRows, workbookOf, zipOf } from "../syntax/workbooks.ts";
import { type SystemHome, systemHome } from "./homes.ts";
import { assertSound } from "./oracle.ts";

const MONDAY = "2027-03-01";

const HEADER = "Release;Issued;Part;Ship to;Order;Unit;Received;Cumulative from;Date;Quantity;Commitment";
const row = (release: string, quantity: string): string =>
  `${release};2027-03-01;A-100;PLANT1;PO-4711;PC;0;2027-01-01;2027-04-01;${quantity};firm`;

/** A home whose customer sends tables, and takes ship notices as such. */
async function tableHome(): Promise<SystemHome> {
  const home = await systemHome("sqlite");
  const partner = path.join(home.path, "config/partners/acme.yaml");
  const text = readFileSync(partner, "utf8").replace(/^(?:shipNotice|tables):.*\n/gm, "");
  const tables =
    "tables: [{ files: '*.csv', mapping: csv/schedule-long }, { files: '*.xlsx', mapping: csv/schedule-long }]\n";
  writeFileSync(partner, `${text}${tables}shipNotice: { mapping: csv/ship-notice, version: '1' }\n`);
  mkdirSync(path.join(home.path, "inbox/acme"), { recursive: true });
  home.drop("erp", "blanket.json", home.sample("blanket-order.json"));
  await home.on(MONDAY, ["run"]);
  return home;
}

interface Found {
  readonly state: string;
  readonly codes: readonly string[];
  readonly lines: readonly unknown[];
}

/** Runs the program once, then says of each file what became of it and what rejects it. */
async function told(home: SystemHome): Promise<ReadonlyMap<string, Found>> {
  const started = performance.now();
  const ended = await calloff(["run", "--json", "--home", home.path, "--business-date", MONDAY], {
    env: { CALLOFF_NOW: `${MONDAY}T06:00:00Z` },
  });
  assert.ok(ended.code === 0 || ended.code === 4, ended.stderr);
  assert.ok(performance.now() - started < 60_000, "nothing takes for ever");
  const found = new Map<string, Found>();
  for (const file of listAt(await home.ask(MONDAY, "file", "list"), "files")) {
    const shown = JSON.stringify(await home.ask(MONDAY, "file", "show", String(at(file, "id"))));
    const rejects = findingsIn(JSON.parse(shown)).filter((one) => at(one, "severity") === "reject");
    found.set(String(at(file, "name")), {
      state: String(at(file, "state")),
      codes: [...new Set(rejects.map((one) => String(at(one, "code"))))],
      lines: rejects.map((one) => at(one, "place", "line")),
    });
  }
  return found;
}

/** Everything in a document that looks like a finding. */
function findingsIn(held: unknown): unknown[] {
  if (Array.isArray(held)) return held.flatMap(findingsIn);
  if (typeof held !== "object" || held === null) return [];
  const own = "severity" in held && "code" in held ? [held as unknown] : [];
  return [...own, ...Object.values(held).flatMap(findingsIn)];
}

/** `drop` writes text as UTF-8, which bytes would not survive. */
function dropBytes(home: SystemHome, name: string, bytes: Uint8Array): void {
  writeFileSync(path.join(home.path, "inbox/acme", name), bytes);
}

const sheet = (xml: string): Buffer => workbookOf({ rows: "", parts: { "xl/worksheets/sheet1.xml": xml } });

describe("archives and workbooks", function () {
  this.timeout(180_000);

  it("that unpack to much, hold each other or point elsewhere are refused unpacked [E58]", async () => {
    const home = await tableHome();
    const bomb = Buffer.alloc(50_000_000);
    const archives: Record<string, Buffer> = {
      "thousandfold.gz": gzipSync(bomb),
      "bomb.zip": zipOf([{ name: "schedule.edi", bytes: bomb }]),
      "nested.zip": zipOf([{ name: "inner.zip", bytes: zipOf([{ name: "x", bytes: bomb }]) }]),
      "elsewhere.zip": zipOf([{ name: "../../../evil.csv", bytes: Buffer.from(HEADER) }]),
      "plan.7z": Buffer.from("7z\u00BC\u00AF\u0027\u001C\0\u0004", "latin1"),
      "gzip-as.csv": gzipSync(Buffer.from(`${HEADER}\n${row("1", "5")}\n`)),
      "bomb.xlsx": workbookOf({
        rows: "",
        parts: { "xl/worksheets/sheet1.xml": `<worksheet>${" ".repeat(30_000_000)}</worksheet>` },
      }),
      "many.xlsx": zipOf(Array.from({ length: 5000 }, (_, n) => ({ name: `xl/${n}`, bytes: Buffer.alloc(0) }))),
      "elsewhere.xlsx": zipOf([{ name: "../../xl/workbook.xml", bytes: Buffer.from("<workbook/>") }]),
    };
    for (const [name, bytes] of Object.entries(archives)) dropBytes(home, name, bytes);
    const found = await told(home);
    for (const name of Object.keys(archives)) {
      const { codes, state } = found.get(name) ?? { codes: [], state: "missing" };
      assert.equal(state, "quarantined", name);
      assert.deepEqual(codes, [name.endsWith(".xlsx") ? "SYNTAX_WORKBOOK" : "SYNTAX_ARCHIVE"], name);
    }
    assert.ok(!existsSync(path.join(home.path, "../evil.csv")) && !existsSync(path.join(home.path, "evil.csv")));
    await assertSound(home);
    await home.remove();
  });

  it("with a DOCTYPE, entities without end, deep nesting or reserved names in their XML are refused [E59]", async () => {
    const home = await tableHome();
    const rows = textRows([HEADER.split(";"), row("1", "5").split(";")]);
    const cases: Record<string, Buffer> = {
      "doctype.xlsx": sheet('<!DOCTYPE x [<!ENTITY a "b">]><worksheet>&a;</worksheet>'),
      "external.xlsx": sheet('<!DOCTYPE x SYSTEM "http://localhost:1/x"><worksheet/>'),
      "entities.xlsx": sheet(
        `<worksheet><sheetData><row><c t="inlineStr"><is><t>${"&#65;".repeat(1_000_000)}</t></is></c></row></sheetData></worksheet>`,
      ),
      "deep.xlsx": sheet(`${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}`),
      "unclosed.xlsx": sheet("<worksheet><sheetData><row>"),
      "proto.xlsx": workbookOf({ rows: rows.replace("Release", "__proto__") }),
    };
    for (const [name, bytes] of Object.entries(cases)) dropBytes(home, name, bytes);
    dropBytes(home, "good.xlsx", workbookOf({ rows }));
    const found = await told(home);
    for (const name of Object.keys(cases)) {
      const { codes, state } = found.get(name) ?? { codes: [], state: "missing" };
      assert.equal(state, "quarantined", name);
      assert.deepEqual(codes, [name === "proto.xlsx" ? "SYNTAX_CSV_HEADER" : "SYNTAX_WORKBOOK"], name);
    }
    assert.equal(found.get("good.xlsx")?.state, "applied");
    await assertSound(home);
    await home.remove();
  });
});

describe("tables", function () {
  this.timeout(240_000);

  it("with rows that never end, quotes left open, headers twice or other marks are refused by their line [E60]", async () => {
    const home = await tableHome();
    const table = (...rows: readonly string[]): string => `${[HEADER, ...rows].join("\n")}\n`;
    const cases: Record<string, readonly [text: string, code: string, line: number]> = {
      "open-quote.csv": [table(row("1", "5"), row("1", '"5'), row("1", "6")), "SYNTAX_CSV", 3],
      "twice.csv": [table(row("1", "5")).replace("Issued", "release"), "SYNTAX_CSV_HEADER", 1],
      "proto.csv": [table(row("1", "5")).replace("Issued", "__proto__"), "SYNTAX_CSV_HEADER", 1],
      "columns.csv": [table(row("1", "5"), `${row("1", "5")};more`), "SYNTAX_CSV", 3],
      "comma.csv": [table(row("1", "1.234,56")), "ELEMENT_NOT_READABLE", 2],
      "thousands.csv": [table(row("1", '"1,234.56"')), "ELEMENT_NOT_READABLE", 2],
    };
    for (const [name, [text]] of Object.entries(cases)) home.drop("acme", name, text);
    const huge = path.join(home.path, "inbox/acme/huge.csv");
    const file = openSync(huge, "w");
    writeSync(file, `${HEADER}\n`);
    const megabyte = "x".repeat(1_000_000);
    for (let n = 0; n < 200; n += 1) writeSync(file, megabyte);
    closeSync(file);
    const mixed = `${HEADER}\r\n${row("1", "5")}\r${row("1", "6").replace("04-01", "04-08")}\n\r\n`;
    home.drop("acme", "zz-mixed.csv", mixed);
    const found = await told(home);
    for (const [name, [, code, line]] of Object.entries(cases)) {
      const { codes, lines, state } = found.get(name) ?? { codes: [], lines: [], state: "missing" };
      assert.match(state, /^(quarantined|applied|in part)$/, name);
      assert.ok(codes.includes(code) && lines.includes(line), `${name}: ${state} ${codes.join()} at ${lines.join()}`);
    }
    assert.deepEqual(found.get("huge.csv")?.codes, ["SYNTAX_CSV"]);
    assert.deepEqual(found.get("huge.csv")?.lines, [2]);
    assert.equal(found.get("zz-mixed.csv")?.state, "applied");
    const schedules = listAt(await home.ask(MONDAY, "schedule", "list"), "schedules").map((one) => at(one, "file"));
    assert.deepEqual([...new Set(schedules)], ["zz-mixed.csv"], "nothing of the others has an effect");
    await assertSound(home);
    await home.remove();
  });

  it("that are written run nothing in a spreadsheet, and keep their figures [E61]", async () => {
    const home = await tableHome();
    home.drop("acme", "plan.csv", `${HEADER}\n${row("1", "40").replace("2027-04-01", "2027-03-01")}\n`);
    await told(home);
    const [order] = listAt(await home.ask(MONDAY, "order", "list"), "orders");
    const line = `${String(at(order, "number"))}/10`;
    const evil = { note: "=HYPERLINK(1)", carrier: "+cmd|' /C calc'!A0" };
    home.drop(
      "erp",
      "shipped.json",
      JSON.stringify({
        schema: "calloff/shipment-confirmation/1",
        confirmation: "1",
        note: evil.note,
        carrier: evil.carrier,
        lines: [{ orderLine: line, quantity: "40" }],
      }),
    );
    await told(home);
    const outbox = path.join(home.path, "outbox/acme");
    const name = readdirSync(outbox).find((one) => one.startsWith("ship-notice"));
    assert.ok(name !== undefined, readdirSync(outbox).join());
    const cells: string[][] = parse(readFileSync(path.join(outbox, name)), { delimiter: ";" });
    const held = cells.flat();
    assert.ok(held.includes(`'${evil.note}`), held.join(" | "));
    assert.ok(held.includes("40"), held.join(" | "));
    for (const cell of held) assert.ok(!/^[=+@\t\r\n]|^-(?!\d+(?:[.,]\d+)?$)/.test(cell), cell);
    await assertSound(home);
    await home.remove();
  });
});
