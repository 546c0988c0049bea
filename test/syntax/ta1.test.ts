/** TA1 segments: what the other side says of an interchange of ours, in an interchange of its own or in front of groups. */
import assert from "node:assert/strict";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { memorySource } from "../../src/syntax/sources.ts";

const interchange = (...ta1: string[]): string =>
  [
    "ISA*00*          *00*          *ZZ*CUSTOMER       *ZZ*SUPPLIER       *270301*0815*U*00401*000000077*0*P*>",
    ...ta1,
    "IEA*0*000000077",
    "",
  ].join("~\n");

const read = (...ta1: string[]) => catalogueOf(memorySource("answer.edi", Buffer.from(interchange(...ta1), "latin1")));

describe("TA1", () => {
  it("is read from an interchange that holds nothing else", () => {
    const { findings, interchanges } = read("TA1*000000041*270228*2210*A*000", "TA1*000000042*270228*2215*R*024");
    assert.deepEqual([...findings, ...(interchanges[0]?.findings ?? [])], []);
    assert.deepEqual(interchanges[0]?.ta1, [
      { control: "000000041", date: "270228", time: "2210", status: "A", note: "000" },
      { control: "000000042", date: "270228", time: "2215", status: "R", note: "024" },
    ]);
  });

  it("an interchange without one, and without a group, holds nothing and is told so", () => {
    const [entry] = read().interchanges;
    assert.deepEqual(
      entry?.findings.map(({ code, severity, place }) => [code, severity, place.tag]),
      [["SYNTAX_EMPTY_INTERCHANGE", "tolerated", "IEA"]],
    );
    const edifact = catalogueOf(
      memorySource("empty.edi", Buffer.from("UNB+UNOA:2+CUSTOMER+SUPPLIER+270301:0600+1'UNZ+0+1'")),
    );
    assert.deepEqual(
      edifact.interchanges[0]?.findings.map(({ code, severity }) => [code, severity]),
      [["SYNTAX_EMPTY_INTERCHANGE", "tolerated"]],
    );
  });

  it("is taken with a finding at each element that it cannot have", () => {
    const [entry] = read("TA1*000000041*20270228*2210*A*000", "TA1*41*270228*2561*X").interchanges;
    assert.equal(entry?.ta1?.length, 2);
    assert.deepEqual(
      entry?.findings.map(({ code, found, place: { element, segment, tag }, severity }) =>
        [code, severity, segment, `${tag}/${element}`, found].join(" "),
      ),
      [
        "SYNTAX_TA1 tolerated 2 TA1/2 20270228",
        "SYNTAX_TA1 tolerated 3 TA1/1 41",
        "SYNTAX_TA1 tolerated 3 TA1/3 2561",
        "SYNTAX_TA1 tolerated 3 TA1/4 X",
        "SYNTAX_TA1 tolerated 3 TA1/5 nothing",
      ],
    );
  });
});
