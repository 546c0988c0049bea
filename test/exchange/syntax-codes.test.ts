import assert from "node:assert/strict";
import fc from "fast-check";
import { acknowledgement } from "../../src/documents/acknowledgement.ts";
import { contrlOf, rejectsAny } from "../../src/exchange/acknowledge-edifact.ts";
import { ta1Of } from "../../src/exchange/acknowledge-interchange.ts";
import { elementCodeOf, segmentCodeOf, segmentPosition } from "../../src/exchange/syntax-codes.ts";
import { ERROR_CODES } from "../../src/values/error-codes.ts";
import type { Finding } from "../../src/values/finding.ts";

const finding = (over: Partial<Finding>): Finding => ({
  code: "ELEMENT_NOT_READABLE",
  severity: "reject",
  message: "a fault",
  place: { inSet: 5, tag: "QTY", element: 1, component: 2 },
  ...over,
});

/** Data element 0085 as far as it is reported here. */
const CODES = new Set("12 13 15 16 17 18 21 22 26 28 29 33 35 36 37 39 40".split(" "));

const anyFinding = fc.record({
  code: fc.constantFrom(...ERROR_CODES),
  severity: fc.constantFrom("reject", "tolerated", "note"),
  message: fc.constant("a fault"),
  place: fc.record(
    {
      inSet: fc.integer({ min: 1, max: 2_000_000 }),
      tag: fc.constantFrom("UNH", "BGM", "QTY", "UNT"),
      element: fc.integer({ min: 1, max: 30 }),
      component: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: [] },
  ),
  ack: fc.option(
    fc.record(
      {
        segment: fc.constantFrom("1", "2", "3", "4", "5", "6", "7", "8"),
        element: fc.constantFrom("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
        set: fc.constantFrom("1", "2", "3", "4", "5", "6", "7"),
        interchange: fc.constantFrom("001", "021", "023"),
      },
      { requiredKeys: [] },
    ),
    { nil: undefined },
  ),
}) as fc.Arbitrary<Finding>;

describe("the codes of CONTRL", () => {
  it("say of each fault of a segment and an element what X12's say", () => {
    const ofSegment = ["1", "2", "3", "4", "5", "6", "7"].map((segment) =>
      segmentCodeOf(finding({ ack: { segment } })),
    );
    assert.deepEqual(ofSegment, ["15", "15", "13", "36", "35", "15", "15"]);
    const ofElement = ["1", "2", "3", "4", "5", "7", "8", "9", "10"].map((element) =>
      elementCodeOf(finding({ ack: { segment: "8", element } })),
    );
    assert.deepEqual(ofElement, ["13", "13", "16", "40", "39", "12", "12", "12", "15"]);
    assert.equal(elementCodeOf(finding({ ack: { element: "6" } })), "37", "no number");
    assert.equal(elementCodeOf(finding({ code: "ELEMENT_BAD_CHARACTER", ack: { element: "6" } })), "21");
  });

  it("place what is missing at the last segment before it, and all else where it stands", () => {
    assert.equal(segmentPosition(finding({ ack: { segment: "3" } })), 4);
    assert.equal(segmentPosition(finding({ ack: { segment: "2" } })), 5);
  });

  it("make an answer of any findings that fits its schema, names codes of the list only, and rejects what they reject", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 12 }), (findings) => {
        const answer = contrlOf({
          sender: { id: "A", qualifier: "" },
          receiver: { id: "B", qualifier: "ZZ" },
          control: "7",
          findings: [],
          groups: [
            {
              control: "",
              sender: "",
              receiver: "",
              findings: [],
              sets: [{ type: "DELFOR", control: "1", version: "D:97A", agency: "UN", association: "", findings }],
            },
          ],
        });
        assert.ok(answer !== undefined);
        acknowledgement.parse(answer);
        const [set] = answer.sets ?? [];
        const rejects = findings.some(({ severity }) => severity === "reject");
        assert.equal(set?.status, rejects ? "rejected" : "accepted");
        assert.equal(rejectsAny(answer), rejects);
        const segments = set?.segments ?? [];
        const codes = [
          set?.code1,
          ...segments.flatMap(({ code, elements = [] }) => [code, ...elements.map((one) => one.code)]),
        ];
        for (const code of codes) assert.ok(code === undefined || CODES.has(code), code);
        // A rejection says why, at its own level or below.
        if (rejects) assert.ok(codes.some((code) => code !== undefined));
        for (const { code, elements = [] } of segments) assert.ok(code !== undefined || elements.length > 0);
      }),
    );
  });
});

describe("a TA1", () => {
  it("has a code of three digits, 000 for nothing but A", () => {
    fc.assert(
      fc.property(fc.array(anyFinding, { maxLength: 5 }), (findings) => {
        const { interchange } = ta1Of({ control: "000000001", time: "0600" }, findings);
        assert.match(interchange?.code ?? "", /^\d{3}$/);
        assert.equal(interchange?.code === "000", interchange?.status === "accepted");
      }),
    );
  });
});
