import assert from "node:assert/strict";
import { deflateRawSync, gzipSync } from "node:zlib";
import type { TableLayout } from "../../src/syntax/segment.ts";
import { findingsOf, latin1, readAll } from "./reading.ts";
import { textRows, workbookOf, zipOf } from "./workbooks.ts";

const rowsOf = (bytes: Buffer, layout: TableLayout = {}) => {
  const { catalogue, sets } = readAll(bytes, undefined, layout);
  assert.deepEqual(findingsOf(catalogue), []);
  return sets.flat().map(({ elements, line }) => [line, ...elements.slice(1)]);
};

const faults = (bytes: Buffer, layout: TableLayout = {}) =>
  findingsOf(readAll(bytes, undefined, layout).catalogue).map(({ code, found, expected }) => [code, expected, found]);

/** Row 1 has the header C1, C2 …; row 2 the cells as XML. */
const oneRow = (cells: string, count: number): string =>
  `${textRows([Array.from({ length: count }, (_, at) => `C${at + 1}`)])}<row r="2">${cells}</row>`;

describe("a table in a workbook", () => {
  it("is its rows as text: shared and inline texts, figures digit by digit, results of formulas", () => {
    const rows = oneRow(
      `<c r="A2" t="s"><v>0</v></c><c r="B2"><v>1.1000000000000001</v></c><c r="C2"><v>1E-3</v></c><c r="D2"><v>12345678901234567890</v></c>` +
        `<c r="F2"><f>A1+1</f><v>-12.50</v></c><c r="G2" t="str"><f>"x"</f><v>T\u00FCr</v></c><c r="H2" t="b"><v>1</v></c><c r="I2"><v>1.5E+20</v></c>`,
      9,
    );
    assert.deepEqual(rowsOf(workbookOf({ rows, strings: ["PART-1"] }))[1], [
      2,
      "PART-1",
      "1.1",
      "0.001",
      "12345678901234567890",
      "",
      "-12.5",
      "T\u00C3\u00BCr",
      "TRUE",
      "150000000000000000000",
    ]);
  });

  it("with a formula that nobody has worked out is refused, since its figure would be lost; an empty text is a result", () => {
    const rows = oneRow(
      '<c><v>1</v></c><c><f>A2+1</f></c><c><f>A2+1</f><v></v></c><c t="str"><f>""</f><v></v></c><c/>',
      5,
    );
    assert.deepEqual(
      faults(workbookOf({ rows })).map(([code, , found]) => [code, found]),
      [
        ["SYNTAX_WORKBOOK", '"a formula without result"'],
        ["SYNTAX_WORKBOOK", '"a formula without result"'],
      ],
    );
  });

  it("has its figures with the decimal mark of the layout and its dates in the layout's shape", () => {
    const rows = oneRow('<c><v>12.5</v></c><c s="1"><v>46454</v></c><c t="d"><v>2027-03-08T00:00:00Z</v></c>', 3);
    const layout = { decimal: ",", dates: "DD.MM.YYYY" };
    const bytes = workbookOf({ rows, formats: [0, 14] });
    assert.deepEqual(rowsOf(bytes, layout)[1], [2, "12,5", "08.03.2027", "08.03.2027"]);
    assert.deepEqual(rowsOf(bytes)[1], [2, "12.5", "2027-03-08", "2027-03-08"]);
  });

  it("knows dates by the formats of their cells, built in or the workbook's own, from 1900 or 1904", () => {
    const ownFormats = {
      164: "dd/mm/yyyy;@",
      165: '[Red]0.0 "days"',
      166: "[h]:mm",
      167: "mmm\\-yy",
      168: "yyyy-mm-dd hh:mm",
      169: "#,##0.00",
    };
    const formats = [0, 164, 165, 166, 167, 168, 169];
    const cells = [164, 165, 166, 167, 168, 169].map((_, at) => `<c s="${at + 1}"><v>46454.25</v></c>`).join("");
    const rows = oneRow(cells, 6);
    assert.deepEqual(rowsOf(workbookOf({ rows, formats, ownFormats }))[1]?.slice(1), [
      "2027-03-08 06:00",
      "46454.25",
      "2027-03-08 06:00",
      "2027-03-08 06:00",
      "2027-03-08 06:00",
      "46454.25",
    ]);
    const day = oneRow('<c s="1"><v>44992</v></c><c s="1"><v>0</v></c>', 2);
    assert.deepEqual(rowsOf(workbookOf({ rows: day, formats: [0, 14], from1904: true }))[1]?.slice(1), [
      "2027-03-08",
      "1904-01-01",
    ]);
    const early = oneRow('<c s="1"><v>59</v></c><c s="1"><v>61</v></c><c s="2"><v>0.5</v></c>', 3);
    assert.deepEqual(rowsOf(workbookOf({ rows: early, formats: [0, 14, 20] }))[1]?.slice(1), [
      "1900-02-28",
      "1900-03-01",
      "12:00",
    ]);
  });

  it("is the sheet and the header row that the layout names; rows without content are left out", () => {
    const bytes = workbookOf({
      sheets: ["Notes", "Schedule & more"],
      rows: `<row r="1"><c><v>1</v></c></row><row r="3"><c t="inlineStr"><is><r><t>Pa</t></r><r><t>rt</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c></row><row r="4"><c/></row><row r="6"><c><v>7</v></c></row>`,
    });
    assert.deepEqual(rowsOf(bytes, { sheet: "Schedule & more", headerRow: 2 }), [
      [3, "Part"],
      [6, "7"],
    ]);
    assert.deepEqual(faults(bytes, { sheet: "Other" }), [
      ["SYNTAX_WORKBOOK", 'a sheet named "Other"', '"Notes", "Schedule & more"'],
    ]);
    assert.deepEqual(
      faults(bytes).map(([code]) => code),
      ["SYNTAX_CSV_HEADER"],
    );
  });

  it("may be written with prefixes by other writers", () => {
    const rows = '<x:row xmlns:x="m"><x:c t="str"><x:v>Part</x:v></x:c></x:row><row><c><v>1</v></c></row>';
    assert.deepEqual(rowsOf(workbookOf({ rows })), [
      [1, "Part"],
      [2, "1"],
    ]);
  });

  it("takes no effect with errors or dates that are none in its cells, or cells beside the named columns", () => {
    const rows = oneRow('<c t="e"><v>#REF!</v></c><c s="1"><v>60</v></c><c><v>x</v></c><c><v>4</v></c>', 3);
    const read = readAll(workbookOf({ rows, formats: [0, 14] }), undefined, {});
    assert.deepEqual(
      findingsOf(read.catalogue).map(({ code, found, place, severity }) => [
        code,
        severity,
        found,
        place.line,
        place.element,
      ]),
      [
        ["SYNTAX_WORKBOOK", "reject", '"#REF!"', 2, 1],
        ["SYNTAX_WORKBOOK", "reject", '"60"', 2, 2],
        ["SYNTAX_WORKBOOK", "reject", '"x"', 2, 3],
        ["SYNTAX_WORKBOOK", "reject", '"4"', 2, 4],
      ],
    );
    const twice = workbookOf({
      rows: textRows([
        ["Part", "part "],
        ["1", "2"],
      ]),
    });
    assert.deepEqual(
      faults(twice).map(([code, , found]) => [code, found]),
      [["SYNTAX_CSV_HEADER", "part"]],
    );
    const proto = workbookOf({ rows: textRows([["__proto__"], ["1"]]) });
    assert.deepEqual(
      faults(proto).map(([code, , found]) => [code, found]),
      [["SYNTAX_CSV_HEADER", "__proto__"]],
    );
  });
});

/** The only fault of a workbook, found soon. */
const start = (bytes: Buffer) => {
  const before = process.cpuUsage();
  const found = faults(bytes);
  const used = process.cpuUsage(before);
  assert.ok(used.user + used.system < 2e6, "within a second or two of the processor");
  assert.equal(found.length, 1);
  assert.equal(found[0]?.[0], "SYNTAX_WORKBOOK");
  return found[0]?.slice(1).join(" / ");
};
const sheet = (xml: string) => workbookOf({ rows: "", parts: { "xl/worksheets/sheet1.xml": xml } });

describe("a workbook made to do harm", () => {
  it("by a DOCTYPE, an external entity, entities of its own, deep nesting or XML that is none is refused", () => {
    const doctype = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///dev/null">]><worksheet>&a;</worksheet>';
    assert.match(start(sheet(doctype)) ?? "", /without a DOCTYPE \/ one/);
    assert.match(
      start(workbookOf({ rows: "", parts: { "xl/sharedStrings.xml": doctype } })) ?? "",
      /without a DOCTYPE/,
    );
    assert.match(start(sheet("<worksheet>&unknown;</worksheet>")) ?? "", /well-formed XML/);
    assert.match(start(sheet(`${"<a>".repeat(20_000)}${"</a>".repeat(20_000)}`)) ?? "", /at most 100 elements/);
    assert.match(start(sheet("<worksheet><sheetData>")) ?? "", /well-formed XML/);
    assert.match(start(sheet("\uFEFF")) ?? "", /well-formed XML/);
    const entities = `<worksheet><sheetData><row><c t="inlineStr"><is><t>${"&#65;".repeat(1_000_000)}</t></is></c></row></sheetData></worksheet>`;
    assert.match(start(sheet(entities)) ?? "", /at most 32767 characters/);
  });

  it("by what it unpacks to is not unpacked further than the limits", () => {
    const zeros = deflateRawSync(Buffer.alloc(30_000_000));
    const parts = [
      { name: "[Content_Types].xml", bytes: Buffer.from("<x/>") },
      { name: "xl/workbook.xml", bytes: Buffer.alloc(0), packed: zeros },
    ];
    assert.match(start(zipOf(parts)) ?? "", /at most 10000000 bytes in xl\/workbook.xml/);
    const many = Array.from({ length: 2001 }, (_, n) => ({ name: `e${n}`, bytes: Buffer.alloc(0) }));
    assert.match(start(zipOf([...parts, ...many])) ?? "", /at most 2000 entries \/ 2003/);
  });

  it("by cells far out, which make long rows of a short file, is not read further than the limits", () => {
    const far = '<row><c r="XFD1"><v>1</v></c></row>'.repeat(2000);
    assert.match(start(workbookOf({ rows: textRows([["A"]]) + far })) ?? "", /at most 10000000 cells/);
    const wide = '<row><c r="XFD1" t="str"><v>A</v></c></row>';
    assert.match(
      start(workbookOf({ rows: wide + "<row><c><v>1</v></c></row>".repeat(2000) })) ?? "",
      /at most 10000000/,
    );
  });

  it("by its directory is refused: entries that are encrypted, packed otherwise, damaged, cut or named twice", () => {
    const whole = { name: "xl/workbook.xml", bytes: Buffer.from("<workbook/>") };
    assert.match(start(zipOf([{ ...whole, flags: 1 }])) ?? "", /not encrypted/);
    assert.match(start(zipOf([{ ...whole, method: 12 }])) ?? "", /stored or deflated \/ method 12/);
    assert.match(start(zipOf([{ ...whole, crc: 1 }])) ?? "", /as it was packed \/ other bytes/);
    assert.match(start(zipOf([{ ...whole, packed: latin1("garbage") }])) ?? "", /cannot be unpacked/);
    assert.match(start(zipOf([whole, whole])) ?? "", /different names/);
    assert.match(start(zipOf([whole]).subarray(0, 60)) ?? "", /none: the file may have been cut/);
    assert.match(start(zipOf([{ ...whole, name: "xl/workbook.bin" }])) ?? "", /binary/);
    assert.match(start(zipOf([{ ...whole, name: "../../etc/passwd" }])) ?? "", /the part xl\/workbook.xml/);
    for (const length of [100, 400, 700]) {
      const cut = workbookOf({ rows: textRows([["a"]]) });
      const hole = Buffer.concat([cut.subarray(0, length), cut.subarray(length + 9)]);
      assert.equal(faults(hole)[0]?.[0], "SYNTAX_WORKBOOK");
    }
  });
});

describe("archives and office files", () => {
  const kinds: readonly (readonly [name: string, bytes: Buffer, found: RegExp])[] = [
    ["zip", zipOf([{ name: "schedule.edi", bytes: latin1("ISA*") }]), /zip/],
    ["zip with paths that leave it", zipOf([{ name: "../../x", bytes: latin1("x") }]), /zip/],
    ["zip in a zip", zipOf([{ name: "a.zip", bytes: zipOf([]) }]), /zip/],
    ["gzip that unpacks a thousandfold", gzipSync(Buffer.alloc(10_000_000)), /gzip/],
    ["7z", latin1("7z\u00BC\u00AF\u0027\u001C\0\u0004"), /7z/],
    ["rar", latin1("Rar!\u001A\u0007\u0001\0"), /rar/],
    ["xz", latin1("\u00FD7zXZ\0\0"), /xz/],
    ["bzip2", latin1("BZh91AY"), /bzip2/],
    ["tar", latin1(`${"schedule.edi".padEnd(257, "\0")}ustar\0${"0".repeat(250)}`), /tar/],
    ["old workbook", latin1("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1"), /\.xls/],
    ["PDF", latin1("%PDF-1.7"), /PDF/],
  ];
  for (const [name, bytes, found] of kinds) {
    it(`as ${name} are refused, whether a table is declared or not`, () => {
      const [finding, ...others] = findingsOf(readAll(bytes).catalogue);
      assert.deepEqual([finding?.code, finding?.severity, others], ["SYNTAX_ARCHIVE", "reject", []]);
      assert.match(finding?.found ?? "", found);
      assert.match(readAll(bytes, undefined, {}).catalogue.findings[0]?.code ?? "SYNTAX_WORKBOOK", /ARCHIVE|WORKBOOK/);
    });
  }

  it("that are workbooks say that a table has to be declared for them", () => {
    const [finding] = findingsOf(readAll(workbookOf({ rows: textRows([["Part"]]) })).catalogue);
    assert.equal(finding?.code, "SYNTAX_ARCHIVE");
    assert.match(finding?.message ?? "", /declares no table/);
  });
});
