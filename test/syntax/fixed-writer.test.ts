import assert from "node:assert/strict";
import { writeFixedTransmission } from "../../src/syntax/fixed-writer.ts";
import { contentOf, findingsOf, readAll } from "./reading.ts";

const header = `51102${"KUNDE".padEnd(9)}${"WIR".padEnd(9)}0004600047270201`;
const trailer = `51902${[1, 0, 0, 0, 0, 0, 1, 0].map((count) => String(count).padStart(7, "0")).join("")}`;
const record = (text: string): string[] => [text.slice(0, 3), text];

const write =
  (...texts: string[]) =>
  () =>
    writeFixedTransmission(texts.map(record), { newline: false });

describe("a transmission of fixed records that is written", () => {
  it("has records of 128 characters, one behind another or one per line, and is read as it was meant", () => {
    for (const newline of [false, true]) {
      const bytes = writeFixedTransmission([record(header), record(trailer)], { newline });
      assert.equal(bytes.length, newline ? 260 : 256);
      const read = readAll(bytes);
      assert.deepEqual(findingsOf(read.catalogue), []);
      assert.deepEqual(contentOf(read), [record(header.padEnd(128)), record(trailer.padEnd(128))]);
    }
  });

  it("is refused with a record too long, a line break in a record, or without header and trailer", () => {
    assert.throws(write(header, `512${"x".repeat(126)}`, trailer), { code: "SYNTAX_RECORD_LENGTH" });
    assert.throws(write(header, "51201\n519", trailer), { code: "SYNTAX_FORBIDDEN_CHARACTER" });
    assert.throws(write(header, `51201\u20AC`, trailer), { code: "SYNTAX_FORBIDDEN_CHARACTER" });
    assert.throws(write(header), { code: "SYNTAX_ENVELOPE_VALUE" });
    assert.throws(write(header, trailer.replace("519", "719")), { code: "SYNTAX_ENVELOPE_VALUE" });
    assert.throws(write(), { code: "SYNTAX_ENVELOPE_VALUE" });
  });
});
