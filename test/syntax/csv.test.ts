import assert from "node:assert/strict";
import { writeTable } from "../../src/syntax/table-writer.ts";
import { findingsOf, latin1, readAll } from "./reading.ts";

const fault = (text: string) => {
  const { catalogue } = readAll(latin1(text), 7, { delimiter: "," });
  const findings = findingsOf(catalogue);
  assert.ok(findings.every(({ severity }) => severity === "reject"));
  return findings.map(({ code, found, place }) => [code, found, place.line]);
};

describe("a table in CSV", () => {
  it("is its header and rows, each with its byte and line, whatever ends the lines", () => {
    const text = 'Part;Qty;Note\r\nA-1;400;"two\nlines; quoted"\n\n\nB-2;;x\rC-3;1.200,5;\u00E4';
    const { catalogue, sets } = readAll(latin1(text), undefined, {});
    const segments = sets.flat();
    assert.deepEqual(findingsOf(catalogue), []);
    assert.deepEqual(
      segments.map(({ byte, elements, line, ordinal }) => [ordinal, line, text.slice(byte, byte + 3), ...elements]),
      [
        [1, 1, "Par", "row", "Part", "Qty", "Note"],
        [2, 2, "A-1", "row", "A-1", "400", "two\nlines; quoted"],
        [3, 6, "B-2", "row", "B-2", "", "x"],
        [4, 7, "C-3", "row", "C-3", "1.200,5", "\u00E4"],
      ],
    );
  });

  it("is read behind a byte order mark", () => {
    const { catalogue, sets } = readAll(Buffer.from("\uFEFFPart;Qty\nA;1\n", "utf8"), undefined, {});
    const segments = sets.flat();
    assert.equal(catalogue.interchanges[0]?.charset, "utf-8");
    assert.deepEqual(
      segments.map(({ byte, elements }) => [byte, elements[1]]),
      [
        [3, "Part"],
        [12, "A"],
      ],
    );
  });

  it("leaves out rows without content, wherever they stand", () => {
    const { catalogue, sets } = readAll(latin1('\n;;\nPart;Qty;Note\n;"";\t\nA;1;"say ""yes"""\n ; ;\n;;'), 3, {});
    assert.deepEqual(findingsOf(catalogue), []);
    assert.deepEqual(
      sets.flat().map(({ elements, line }) => [line, ...elements.slice(1)]),
      [
        [3, "Part", "Qty", "Note"],
        [5, "A", "1", 'say "yes"'],
      ],
    );
  });

  it("begins with the row that its layout declares as the header", () => {
    const text = "Schedule of;1 March\n\nPart;Qty;Date\nA;1;x\n";
    const { catalogue, sets } = readAll(latin1(text), undefined, { headerRow: 3 });
    assert.deepEqual(findingsOf(catalogue), []);
    assert.deepEqual(sets.flat()[0]?.elements, ["row", "Part", "Qty", "Date"]);
    assert.deepEqual(
      findingsOf(readAll(latin1(text), undefined, { headerRow: 9 }).catalogue).map(({ code }) => code),
      ["SYNTAX_CSV_HEADER"],
    );
  });

  it("takes quotes as text where its layout has none", () => {
    const { sets } = readAll(latin1('Part;Note\nA;3" pipe\n'), undefined, { quote: "" });
    assert.deepEqual(sets.flat()[1]?.elements, ["row", "A", '3" pipe']);
  });

  it("takes no effect when one of its rows is at fault, and says in which line", () => {
    assert.deepEqual(fault("a,b\n1,2\n3\n"), [["SYNTAX_CSV", "1", 3]]);
    assert.deepEqual(fault('a,b\n1,"2\n\n'), [["SYNTAX_CSV", "the end of the file", 2]]);
    assert.deepEqual(fault('a,b\n1,2"\n'), [["SYNTAX_CSV", "a quote", 2]]);
    assert.deepEqual(fault('a,b\n1,"2"x\n'), [["SYNTAX_CSV", "other text", 2]]);
    assert.deepEqual(fault("a,b\n1,2\n\0,3\n"), [["SYNTAX_CSV", "a byte 0x00", 3]]);
    assert.deepEqual(fault(`a,b\n1,${"x".repeat(70_000)}\n`), [
      ["SYNTAX_CSV", "a longer one, or a quote that is not closed", 2],
    ]);
    assert.deepEqual(fault("a,b,A\n1,2,3\n"), [["SYNTAX_CSV_HEADER", "A", 1]]);
    assert.deepEqual(fault("a,__proto__\n1,2\n"), [["SYNTAX_CSV_HEADER", "__proto__", 1]]);
    assert.deepEqual(
      fault(Buffer.from("\uFEFFa,b", "utf16le").toString("latin1")).map(([code, found]) => [code, found]),
      [["SYNTAX_CSV", "text in UTF-16"]],
    );
    assert.deepEqual(fault("\r\n\n"), [["SYNTAX_EMPTY_FILE", undefined, undefined]]);
  });

  it("is what was written, apostrophes against spreadsheets taken off again", () => {
    const cells = [
      "=HYPERLINK(1)",
      "+49 1",
      "-12.5",
      "@x",
      "'=1",
      "'plain",
      'say "x"',
      "a;b",
      "two\nlines",
      "\tx",
      " b ",
    ];
    const bytes = writeTable(
      [
        ["row", ...cells.map((_, at) => `C${at}`)],
        ["row", ...cells],
      ],
      {},
    );
    for (const forbidden of [";=", ";+", ";@", ';"=', ";\t", ';"\t']) assert.ok(!bytes.includes(forbidden), forbidden);
    assert.ok(bytes.includes(";-12.5;"));
    assert.deepEqual(readAll(bytes, undefined, {}).sets.flat()[1]?.elements, ["row", ...cells]);
  });
});
