import assert from "node:assert/strict";
import { contentOf, findingsOf, inShort, latin1, readAll } from "./reading.ts";

const MESSAGE = ["UNH+1+DELFOR:D:97A:UN:EDDF01", "BGM+241+R7+5", "QTY+113:400:PCE", "DTM+2:20260309:102", "UNT+5+1"];
const WHOLE = ["UNB+UNOC:3+KUNDE:14+LIEFERANT:1+260302:0715+55+++X+1++1", ...MESSAGE, "UNZ+1+55"];
const text = (segments: readonly string[], between = "\r\n"): string =>
  segments.map((segment) => `${segment}'`).join(between);
const problems = (file: string): string[] => findingsOf(readAll(latin1(file)).catalogue).map(inShort);

const repetition = (version: string) =>
  readAll(latin1(text(WHOLE).replace("UNOC:3", `UNOC:${version}`))).catalogue.interchanges[0]?.delimiters.repetition;

describe("an EDIFACT interchange", () => {
  it("says who sent what, when, under which numbers, without groups as with them", () => {
    const [interchange] = readAll(latin1(text(WHOLE))).catalogue.interchanges;
    assert.deepEqual(interchange?.sender, { qualifier: "14", id: "KUNDE" });
    assert.deepEqual(interchange?.receiver, { qualifier: "1", id: "LIEFERANT" });
    assert.deepEqual(
      [interchange?.version, interchange?.control, interchange?.sentOn, interchange?.sentAt, interchange?.test],
      ["UNOC:3", "55", "2026-03-02", "07:15", true],
    );
    assert.equal(interchange?.acknowledgementRequested, true);
    const [set] = interchange?.groups[0]?.sets ?? [];
    assert.deepEqual([set?.type, set?.version, set?.association, set?.segments], ["DELFOR", "D:97A", "EDDF01", 5]);

    const group = ["UNG+DELFOR+A+B+260302:0715+9+UN+D:97A", ...MESSAGE, "UNE+1+9"];
    const [grouped] = readAll(latin1(text([WHOLE[0] ?? "", ...group, "UNZ+1+55"]))).catalogue.interchanges;
    assert.deepEqual(
      [grouped?.groups[0]?.functionalId, grouped?.groups[0]?.control, grouped?.groups[0]?.stated],
      ["DELFOR", "9", "1"],
    );
    assert.deepEqual(grouped?.findings, []);
  });

  it("has the standard's separators without UNA, those of UNA with it, and level B's control characters", () => {
    const expected = contentOf(readAll(latin1(text(WHOLE))));
    assert.deepEqual(contentOf(readAll(latin1(`UNA:+.? '\r\n${text(WHOLE, "")}`))), expected);
    const other = text(WHOLE, "").replaceAll("+", "|").replaceAll("'", "\n");
    assert.deepEqual(contentOf(readAll(latin1(`UNA:|,? \n${other}`))), expected);
    const levelB = text(WHOLE, "").replaceAll("+", "\u001D").replaceAll(":", "\u001F").replaceAll("'", "\u001C");
    const read = readAll(latin1(levelB));
    assert.equal(read.sets[0]?.[2]?.elements[1], "113\u001F400\u001FPCE");
    assert.deepEqual(findingsOf(read.catalogue), []);
  });

  it("keeps released separators and release characters in its elements, and releases names in the envelope", () => {
    const released = text(WHOLE, "").replace("R7", "R?+7??").replace("KUNDE", "KUN?:DE?'");
    const read = readAll(latin1(released));
    assert.deepEqual(read.sets[0]?.[1]?.elements, ["BGM", "241", "R?+7??", "5"]);
    assert.equal(read.catalogue.interchanges[0]?.sender.id, "KUN:DE'");
    assert.deepEqual(findingsOf(read.catalogue), []);
  });

  it("has a repetition separator from syntax version 4 on", () => {
    assert.deepEqual([repetition("3"), repetition("4")], ["", "*"]);
  });

  it("is checked for counts and control numbers, compared as text", () => {
    const file = text(WHOLE);
    assert.deepEqual(problems(file.replace("UNT+5+1", "UNT+6+2")), [
      "SYNTAX_SEGMENT_COUNT reject UNT01, segment 6",
      "SYNTAX_SET_CONTROL reject UNT02, segment 6",
    ]);
    assert.deepEqual(problems(file.replace("UNZ+1+55", "UNZ+2+055")), [
      "SYNTAX_GROUP_COUNT reject UNZ01, segment 7",
      "SYNTAX_INTERCHANGE_CONTROL reject UNZ02, segment 7",
    ]);
  });

  it("is refused when UNB cannot be read, and the next one is read all the same", () => {
    const file = `UNA:+.? '\nUNB+++++4'\n${text(WHOLE)}`;
    assert.deepEqual(problems(file), ["SYNTAX_HEADER reject UNB01, segment 1"]);
    assert.deepEqual(
      readAll(latin1(file)).catalogue.interchanges.map(({ complete, line }) => [complete, line]),
      [
        [false, 1],
        [true, 3],
      ],
    );
    assert.deepEqual(problems(`UNA++.? '${text(WHOLE)}`)[0], "SYNTAX_DELIMITER reject UNA, segment 1");
  });

  it("may stand behind another in one file", () => {
    const { catalogue } = readAll(latin1(`${text(WHOLE)}\n${text(WHOLE, "")}`));
    assert.deepEqual(
      catalogue.interchanges.map((interchange) => interchange.segments),
      [7, 7],
    );
  });
});
