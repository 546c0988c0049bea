import assert from "node:assert/strict";
import { findingsOf, inShort, latin1, readAll } from "./reading.ts";

const record = (text: string): string => text.padEnd(128);
const HEADER = record("51102KUNDE7   LIEF9    0004100042260302260101");
const ARTICLE = record("5120101 000000118260302000000117260202TEIL 4711");
const QUANTITIES = record("51301260227LS0000882602260000004000000000012400260309000000400");
const TRAILER = record("5190100000010000001000000100000000000000000000000000010000000");
const TRANSMISSION = [HEADER, ARTICLE, QUANTITIES, TRAILER];

/** What is said of a header with these two numbers. */
const numbered = (numbers: string) =>
  findingsOf(readAll(latin1([HEADER.replace("0004100042", numbers), ...TRANSMISSION.slice(1)].join(""))).catalogue).map(
    ({ code, found, place, severity }) => [code, severity, place.element, place.byte, found],
  );

/** What is said of a transmission with this trailer. */
const trailedBy = (trailer: string) =>
  findingsOf(readAll(latin1([HEADER, ARTICLE, QUANTITIES, trailer].join(""))).catalogue).map(
    ({ code, expected, found, place, severity }) => [code, severity, place.element, place.byte, expected, found],
  );

describe("a VDA file of fixed records", () => {
  it("is read whether records follow each other, or stand in lines, with and without a last line break", () => {
    for (const [between, end] of [
      ["", ""],
      ["\n", ""],
      ["\n", "\n"],
      ["\r\n", "\r\n"],
      ["\r\n\r\n", ""],
    ] as const) {
      const { catalogue, sets } = readAll(latin1(TRANSMISSION.join(between) + end));
      assert.equal(catalogue.family, "fixed");
      assert.deepEqual(findingsOf(catalogue), []);
      assert.deepEqual(
        sets[0]?.map(({ elements, ordinal, tag }) => [tag, elements[1], ordinal]),
        [
          ["511", HEADER, 1],
          ["512", ARTICLE, 2],
          ["513", QUANTITIES, 3],
          ["519", TRAILER, 4],
        ],
      );
    }
  });

  it("whose trailer counts other records than there are is incomplete, whatever the record; a blank counter says nothing", () => {
    assert.deepEqual(trailedBy(record("5190100000010000001000000200000000000000000000000000010000000")), [
      ["SYNTAX_SEGMENT_COUNT", "reject", 20, 3 * 128 + 19, "1", "0000002"],
    ]);
    assert.deepEqual(trailedBy(record("519010000001000000100000010000000000000000000000000001")), []);
  });

  it("has an interchange per transmission, with its own numbers", () => {
    const second = [HEADER.replace("0004100042", "0004200043"), ...TRANSMISSION.slice(1)];
    const { interchanges } = readAll(latin1([...TRANSMISSION, ...second].join("\n"))).catalogue;
    assert.deepEqual(
      interchanges.map(({ complete, control, receiver, sender, sentOn, version }) => [
        complete,
        control,
        receiver.id,
        sender.id,
        sentOn,
        version,
      ]),
      [
        [true, "00042", "LIEF9", "KUNDE7", "2026-03-02", "02"],
        [true, "00043", "LIEF9", "KUNDE7", "2026-03-02", "02"],
      ],
    );
    assert.deepEqual(interchanges[1]?.groups[0]?.sets[0]?.type, "511");
    assert.deepEqual(interchanges[1]?.groups[0]?.sets[0]?.firstSegment, 5);
  });

  it("may mix versions, pad numbers with blanks, and end in what old systems fill up with", () => {
    const numbers = HEADER.replace("0004100042", "41   42   ");
    const mixed = [numbers, ARTICLE.replace("51201", "51202"), QUANTITIES, TRAILER.replace("51901", "51903")];
    for (const between of ["", "\n"]) {
      const { catalogue, sets } = readAll(latin1(`${mixed.join(between)}\r\n \0\0\u001A`), 50);
      assert.deepEqual(findingsOf(catalogue), []);
      assert.deepEqual(
        sets[0]?.map(({ elements }) => elements[1]?.slice(0, 5)),
        ["51102", "51202", "51301", "51903"],
      );
      assert.equal(catalogue.interchanges[0]?.control, "42");
    }
  });

  it("says when a transmission has no number that a chain can go on from", () => {
    assert.deepEqual(numbered("9999900001"), []);
    assert.deepEqual(numbered("0000000001"), []);
    assert.deepEqual(numbered("     00001"), []);
    assert.deepEqual(numbered("0004100000"), [["SYNTAX_TRANSMISSION_NUMBER", "tolerated", 29, 28, "00000"]]);
    assert.deepEqual(numbered("X0041     "), [
      ["SYNTAX_TRANSMISSION_NUMBER", "tolerated", 24, 23, "X0041"],
      ["SYNTAX_TRANSMISSION_NUMBER", "tolerated", 29, 28, "nothing"],
    ]);
  });

  it("of despatch or invoice data comes from the supplier", () => {
    const records = [`711${HEADER.slice(3)}`, record(`71902${"1000000".padStart(62, "0")}`)];
    const [interchange] = readAll(latin1(records.join(""))).catalogue.interchanges;
    assert.deepEqual([interchange?.sender.id, interchange?.receiver.id], ["LIEF9", "KUNDE7"]);
  });

  it("reads records whose blanks at the end were stripped, and says so", () => {
    const stripped = TRANSMISSION.map((text) => text.trimEnd()).join("\n");
    const { catalogue, sets } = readAll(latin1(`${stripped}\n`));
    assert.deepEqual(findingsOf(catalogue).map(inShort), [
      "SYNTAX_RECORD_LENGTH tolerated 511, segment 1",
      "SYNTAX_RECORD_LENGTH tolerated 512, segment 2",
      "SYNTAX_RECORD_LENGTH tolerated 513, segment 3",
      "SYNTAX_RECORD_LENGTH tolerated 519, segment 4",
    ]);
    assert.equal(sets[0]?.[3]?.elements[1], TRAILER);
  });

  it("is refused without its trailer, and when records of another message stand in it", () => {
    assert.deepEqual(
      findingsOf(readAll(latin1([HEADER, ARTICLE, ...TRANSMISSION].join("\n"))).catalogue).map(inShort),
      ["SYNTAX_TRUNCATED reject, segment 2"],
    );
    const foreign = [HEADER, record("71301"), ...TRANSMISSION.slice(1)].join("\n");
    assert.deepEqual(findingsOf(readAll(latin1(foreign)).catalogue).map(inShort), [
      "SYNTAX_NESTING reject 713, segment 2",
    ]);
    assert.deepEqual(findingsOf(readAll(latin1([...TRANSMISSION, ARTICLE].join("\n"))).catalogue).map(inShort), [
      "SYNTAX_STRAY_TEXT reject 512, segment 5",
    ]);
  });
});
