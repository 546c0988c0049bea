import assert from "node:assert/strict";
import { shownLine } from "../../src/answers/check-lines.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import type { Finding, Place } from "../../src/values/finding.ts";

const DELIMITERS = { element: "+", component: ":", repetition: "*", segment: "'", release: "?" };

/** What is underlined in the line that is shown. */
function underlined(text: string | Buffer, place: Place, found?: string, delimiters = DELIMITERS): string | undefined {
  const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  const finding: Finding = {
    code: "ELEMENT_NOT_READABLE",
    severity: "reject",
    message: "",
    place,
    ...(found === undefined ? {} : { found }),
  };
  const shown = shownLine(memorySource("file", bytes), finding, delimiters);
  return (
    shown &&
    Array.from(shown.text)
      .slice(shown.column, shown.column + shown.length)
      .join("")
  );
}

describe("the line that a finding shows", () => {
  const text = "UNA:+.?*'\nDTM+137:2027?:01:102*2:20271399:102'\nLIN+1'\n";
  const element = text.indexOf("137");

  it("underlines the component at fault, past released separators and repetitions", () => {
    assert.equal(underlined(text, { byte: element, element: 1, component: 2 }, "2027?:01"), "2027?:01");
    assert.equal(underlined(text, { byte: element, element: 1, component: 2, repetition: 2 }, "20271399"), "20271399");
  });

  it("underlines the whole element or tag where no part of it is named", () => {
    assert.equal(underlined(text, { byte: text.indexOf("LIN"), tag: "LIN" }), "LIN");
    assert.equal(underlined(text, { byte: text.indexOf("LIN+1") + 4, element: 1, tag: "LIN" }), "1");
  });

  it("shows one place for an element that is empty, or behind the end", () => {
    assert.equal(underlined("BGM++5'", { byte: 4, element: 1, tag: "BGM" }), "+");
    assert.equal(underlined("BGM", { byte: 3, tag: "UNT" }), "");
    assert.equal(underlined("BGM", { byte: 4 }), undefined);
    assert.equal(underlined("", { byte: 0 }), undefined);
  });

  it("cuts a line of a million characters to what is around the fault", () => {
    const long = `${"A".repeat(500_000)}+BAD+${"B".repeat(500_000)}`;
    const finding: Finding = {
      code: "ELEMENT_NOT_READABLE",
      severity: "reject",
      message: "",
      found: "BAD",
      place: { byte: 500_001, element: 1 },
    };
    const shown = shownLine(memorySource("file", Buffer.from(long)), finding, DELIMITERS);
    assert.ok(shown !== undefined && shown.text.length < 130);
    assert.match(shown.text, /^…A+\+BAD\+B+…$/);
    assert.equal(shown.text.slice(shown.column, shown.column + shown.length), "BAD");
  });

  it("counts characters, not bytes, of UTF-8, and shows what is none as it stands in latin-1", () => {
    const utf8 = Buffer.from("NAD+ST+Müller & Söhne+BAD'", "utf8");
    assert.equal(underlined(utf8, { byte: utf8.indexOf("BAD"), element: 3 }, "BAD"), "BAD");
    const latin1 = Buffer.from("NAD+ST+M\u00fcller+BAD'", "latin1");
    assert.equal(underlined(latin1, { byte: latin1.indexOf("BAD"), element: 3 }, "BAD"), "BAD");
  });

  it("finds the cell of a row, quoted or not", () => {
    const table = { element: ";", component: "", repetition: "", segment: "", release: "" };
    const row = 'R1;"A;1";"2027-13-01";10\n';
    assert.equal(underlined(row, { byte: 0, element: 3, tag: "row" }, "2027-13-01", table), "2027-13-01");
    assert.equal(underlined(row, { byte: 0, element: 4, tag: "row" }, "10", table), "10");
    assert.equal(underlined(row, { byte: 0, element: 9, tag: "row" }, "10", table), "10");
  });
});
