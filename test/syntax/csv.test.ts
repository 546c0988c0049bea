import assert from "node:assert/strict";
import { readCsv } from "../../src/syntax/csv.ts";
import { latin1 } from "./reading.ts";

const fault = (text: string) => {
  const { findings, segments } = readCsv(latin1(text), ",");
  assert.deepEqual(segments, []);
  return findings.map(({ code, found, place }) => [code, found, place.line]);
};

describe("a table in CSV", () => {
  it("is its header and rows, each with its byte and line, whatever ends the lines", () => {
    const text = 'Part;Qty;Note\r\nA-1;400;"two\nlines; quoted"\n\n\nB-2;;x\rC-3;1.200,5;\u00E4';
    const { findings, segments } = readCsv(latin1(text), ";");
    assert.deepEqual(findings, []);
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
    const { segments } = readCsv(Buffer.from("\uFEFFPart;Qty\nA;1\n", "utf8"), ";");
    assert.deepEqual(
      segments.map(({ byte, elements }) => [byte, elements[1]]),
      [
        [3, "Part"],
        [12, "A"],
      ],
    );
  });

  it("has no rows at all when one of them is at fault", () => {
    assert.deepEqual(fault("a,b\n1,2\n3\n"), [["SYNTAX_CSV", "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH", 3]]);
    assert.deepEqual(fault('a,b\n1,"2\n'), [["SYNTAX_CSV", "CSV_QUOTE_NOT_CLOSED", 2]]);
    assert.deepEqual(fault(`a,b\n1,${"x".repeat(70_000)}\n`), [["SYNTAX_CSV", "CSV_MAX_RECORD_SIZE", 2]]);
    assert.deepEqual(fault("a,b,a\n1,2,3\n"), [["SYNTAX_CSV_HEADER", "a", 1]]);
    assert.deepEqual(fault("a,__proto__\n1,2\n"), [["SYNTAX_CSV_HEADER", "__proto__", 1]]);
  });
});
