import assert from "node:assert/strict";
import { mappingFromText } from "../../src/mapping/library.ts";

const MAPPING = `
syntax: x12
message: { set: 830, group: PS, versions: 002001..005010 }
document: delivery-schedule
numbers: message
lines:
  - ST: { times: 1, fields: { 1: { is: 830 }, 2: set.number } }
  - LIN: { times: 1..*, opens: lines, fields: { 3: customerPart } }
  - CTT: { times: 0..1, fields: { 1: { count: LIN } } }
`;

describe("a line of totals that need not come", () => {
  const mapping = mappingFromText("x12/830", MAPPING);
  const delimiters = { element: "*", component: ">", repetition: "", segment: "~", release: "" };

  it("is written all the same, since what it counts is known", () => {
    const { set, findings } = mapping.write(
      { lines: [{ customerPart: "A" }, { customerPart: "B" }] },
      { family: "x12", delimiters, version: "004010", setControl: "0001", charset: "latin1" },
    );
    assert.deepEqual(findings, []);
    assert.deepEqual(set.segments.at(-1), ["CTT", "2"]);
  });

  it("may be missing in what a partner sends", () => {
    const segments = [
      ["ST", "830", "0001"],
      ["LIN", "", "BP", "A"],
      ["SE", "3", "0001"],
    ].map((elements, n) => ({
      tag: elements[0] as string,
      elements,
      byte: n * 20,
      line: n + 1,
      ordinal: n + 1,
      inSet: n + 1,
    }));
    const reading = mapping.read([segments], {
      family: "x12",
      delimiters,
      version: "004010",
      charset: "latin1",
      sentOn: "",
    });
    assert.deepEqual(reading.findings, []);
  });
});
