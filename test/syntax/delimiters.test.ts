import assert from "node:assert/strict";
import { contentOf, findingsOf, fixture, inShort, latin1, readAll } from "./reading.ts";

const WEEKLY = fixture("830-weekly.edi").toString("latin1");
const CONTENT = contentOf(readAll(latin1(WEEKLY)));
const LINES = WEEKLY.trimEnd()
  .split("~\n")
  .map((line) => line.replace(/~$/, ""));

/** The weekly schedule with other separators; `between` stands behind every terminator. */
const written = (element: string, component: string, terminator: string, between: string): string =>
  LINES.map((line) => line.replace(/[*>]/g, (found) => (found === "*" ? element : component)) + terminator).join(
    between,
  );

const problems = (text: string): string[] => findingsOf(readAll(latin1(text)).catalogue).map(inShort);

const repetition = (version: string, character: string) =>
  readAll(latin1(WEEKLY.replace("U*00401", `${character}*${version}`))).catalogue.interchanges[0]?.delimiters
    .repetition;

const withHeader = (from: string, to: string) => problems(WEEKLY.replace(from, to));

describe("delimiters", () => {
  it("are those of the file, whichever they are and however they are exchanged", () => {
    const given = ["*", ">", "~", "|", "^", "+", "!", "$", "\u001C", "\u001D", "\u001F", "'", "\u0085"];
    for (const element of given) {
      for (const component of given) {
        for (const terminator of given) {
          if (new Set([element, component, terminator]).size < 3) continue;
          const text = written(element, component, terminator, "");
          const read = readAll(latin1(text));
          assert.deepEqual(findingsOf(read.catalogue), [], JSON.stringify([element, component, terminator]));
          assert.deepEqual(contentOf(read), CONTENT);
        }
      }
    }
  });

  it("may be line breaks, or have line breaks, blank lines or indentation behind them", () => {
    for (const terminator of ["~", "\n", "\r", "\r\n"]) {
      for (const between of ["", "\n", "\r\n", "\n\n  \n\t", "    "]) {
        // A blank that is no line break cannot follow CR: it would be CR LF cut in two.
        if (terminator === "\r" && between.startsWith("\n")) continue;
        for (const end of ["", between, "\u001A"]) {
          const read = readAll(latin1(written("*", ">", terminator, between) + end));
          assert.deepEqual(findingsOf(read.catalogue), [], JSON.stringify([terminator, between]));
          assert.deepEqual(contentOf(read), CONTENT, JSON.stringify([terminator, between]));
        }
      }
    }
  });

  it("are read behind a byte order mark", () => {
    const read = readAll(latin1(`\u00EF\u00BB\u00BF${WEEKLY}`));
    assert.deepEqual(contentOf(read), CONTENT);
    assert.equal(read.catalogue.interchanges[0]?.firstByte, 3);
  });

  it("are read from a header with less padding, more or none, and from one broken over lines", () => {
    const [header = ""] = LINES;
    const padded = header.replace("047110815 ", "047110815   ");
    const broken = header.replace("0715", "07\r\n15");
    for (const changed of [header.replace(/ +/g, " "), header.replace(/ +/g, ""), padded, broken]) {
      for (const terminator of ["~", "\n"]) {
        const text = [changed, ...LINES.slice(1), ""].join(terminator);
        const read = readAll(latin1(text));
        assert.deepEqual(findingsOf(read.catalogue), [], JSON.stringify(changed));
        assert.deepEqual(contentOf(read), CONTENT);
        assert.equal(read.catalogue.interchanges[0]?.sentAt, "07:15");
        assert.equal(read.catalogue.interchanges[0]?.sender.id, "NORDWERK");
      }
    }
  });

  it("are found where a sender leaves ISA16 out", () => {
    const [header = ""] = LINES;
    for (const [terminator, between] of [
      ["~", ""],
      ["~", "\n"],
      ["\n", ""],
    ] as const) {
      const text = [header.slice(0, -1), ...LINES.slice(1)].map((line) => line + terminator).join(between);
      const read = readAll(latin1(text));
      assert.deepEqual(findingsOf(read.catalogue).map(inShort), ["SYNTAX_HEADER tolerated ISA16, segment 1"]);
      assert.deepEqual(contentOf(read), CONTENT);
    }
  });

  it("belong to each interchange of a file by themselves", () => {
    const { catalogue, sets } = readAll(fixture("830-two-interchanges.edi"));
    assert.deepEqual(
      catalogue.interchanges.map(({ control, delimiters }) => [control, ...Object.values(delimiters)]),
      [
        ["000000413", "*", ":", "^", "~", ""],
        ["000000414", "+", ">", ";", "'", ""],
      ],
    );
    assert.deepEqual(
      sets.map((set) => set.find((segment) => segment.tag === "LIN")?.elements),
      [
        ["LIN", "", "BP", "GEH\u00C4USE 12", "ON", "SA:1"],
        ["LIN", "", "BP", "HB-9"],
        ["LIN", "", "BP", "GEH\u00C4USE 12", "ON", "SA:1"],
        ["LIN", "", "BP", "HB-9"],
      ],
    );
    assert.deepEqual(
      sets.flatMap((set) => set.map((segment) => segment.ordinal)),
      [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30],
    );
  });

  it("make ISA11 the repetition separator from version 00402 on", () => {
    assert.equal(repetition("00401", "^"), "");
    assert.equal(repetition("00402", "^"), "^");
    assert.equal(repetition("00501", "U"), "");
  });

  it("are refused where they are letters, blanks, the same twice, or of several bytes", () => {
    assert.deepEqual(problems(written("A", ">", "~", "")), ["SYNTAX_UNKNOWN_FAMILY reject, segment -"]);
    assert.deepEqual(problems(written("*", ">", "x", "")), ["SYNTAX_DELIMITER reject ISA, segment 1"]);
    assert.deepEqual(problems(written("*", ">", " ", "")), ["SYNTAX_DELIMITER reject ISA, segment 1"]);
    assert.deepEqual(problems(written("*", "7", "~", "")), ["SYNTAX_DELIMITER reject ISA, segment 1"]);
    assert.deepEqual(problems(written("*", "~", "~", "|")), ["SYNTAX_DELIMITER reject ISA, segment 1"]);
    const [finding] = findingsOf(
      readAll(Buffer.from(`\uFEFF${written("*", ">", "\u2026", "\r\n")}`, "utf8")).catalogue,
    );
    assert.equal(finding?.code, "SYNTAX_DELIMITER");
    assert.equal(finding?.place.byte, 108);
    assert.deepEqual(finding?.ack, { interchange: "004" });
  });

  it("are not guessed from a header with fewer than 16 elements", () => {
    assert.deepEqual(problems(WEEKLY.replace("*U*", "*")), ["SYNTAX_HEADER reject ISA12, segment 1"]);
  });

  it("stand in a header whose elements are checked", () => {
    assert.deepEqual(withHeader("*260302*0715*U", "*263302*2515*U"), [
      "SYNTAX_HEADER tolerated ISA09, segment 1",
      "SYNTAX_HEADER tolerated ISA10, segment 1",
    ]);
    assert.deepEqual(withHeader("*1*P*>", "*2*X*>"), [
      "SYNTAX_HEADER tolerated ISA14, segment 1",
      "SYNTAX_HEADER reject ISA15, segment 1",
    ]);
    assert.deepEqual(withHeader("*00401*000000412", "*00401*00000041X"), [
      "SYNTAX_HEADER reject ISA13, segment 1",
      "SYNTAX_INTERCHANGE_CONTROL reject IEA02, segment 35",
    ]);
  });
});
