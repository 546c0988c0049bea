import assert from "node:assert/strict";
import fc from "fast-check";
import { acknowledgement } from "../../src/documents/acknowledgement.ts";
import { type AnsweredGroup, acknowledgementOf } from "../../src/exchange/acknowledge.ts";
import { withLenience } from "../../src/exchange/registration.ts";
import type { Finding, Place, Severity } from "../../src/values/finding.ts";

const finding = (severity: Severity, ack: Finding["ack"], place: Place = {}, over: Partial<Finding> = {}): Finding => ({
  code: "SYNTAX_SEGMENT_COUNT",
  severity,
  message: "a fault",
  place,
  ...(ack === undefined ? {} : { ack }),
  ...over,
});

const group = (sets: readonly (readonly Finding[])[], over: Partial<AnsweredGroup> = {}): AnsweredGroup => ({
  functionalId: "PS",
  control: "17",
  version: "004010",
  stated: String(sets.length),
  findings: [],
  sets: sets.map((findings, n) => ({ type: "830", control: String(n + 1).padStart(4, "0"), findings })),
  ...over,
});

const answer = (...args: Parameters<typeof acknowledgementOf>) => {
  const document = acknowledgementOf(...args);
  assert.ok(document !== undefined);
  acknowledgement.parse(document);
  return document;
};

const at = (inSet: number, element: number, code: string) =>
  finding("reject", { element: code }, { inSet, tag: "FST", element });
const copied = (found: string) =>
  answer(group([[finding("reject", { element: "6" }, { inSet: 3, tag: "LIN", element: 3 }, { found })]]), "*>~")
    .sets?.[0]?.segments?.[0]?.elements?.[0]?.found;

/** AK404 where one element of LIN is wrong. */
const copyFor = (code: Finding["code"], ack: string, found: string) =>
  answer(group([[finding("reject", { element: ack }, { inSet: 4, tag: "LIN", element: 3 }, { code, found })]]))
    .sets?.[0]?.segments?.[0]?.elements?.[0]?.found;

describe("the functional acknowledgement of a group", () => {
  it("says A for every valid set and for the group", () => {
    const { group: about, sets } = answer(group([[], []]));
    assert.deepEqual(about, {
      functionalId: "PS",
      control: "17",
      version: "004010",
      status: "accepted",
      included: "2",
      received: "2",
      accepted: "2",
    });
    assert.deepEqual(sets, [
      { type: "830", control: "0001", status: "accepted" },
      { type: "830", control: "0002", status: "accepted" },
    ]);
  });

  it("says R with AK3 and AK4 for a set with a bad element, at the segment's place in its set", () => {
    const bad = finding("reject", { element: "8" }, { inSet: 7, tag: "FST", element: 4 }, { found: "20270230" });
    const { group: about, sets } = answer(group([[bad], []]));
    assert.equal(about.status, "partly-accepted");
    assert.equal(about.accepted, "1");
    assert.deepEqual(sets?.[0], {
      type: "830",
      control: "0001",
      segments: [{ tag: "FST", position: "7", code: "8", elements: [{ element: "4", code: "8", found: "20270230" }] }],
      status: "rejected",
      code1: "5",
    });
  });

  it("copies nothing of an element that is missing", () => {
    const missing = finding("reject", { element: "1" }, { inSet: 4, tag: "LIN", element: 3 }, { found: "nothing" });
    const [set] = answer(group([[missing]])).sets ?? [];
    assert.deepEqual(set?.segments?.[0]?.elements, [{ element: "3", code: "1" }]);
  });

  it("copies the element that was too long, not what a report says about it", () => {
    assert.equal(copyFor("ELEMENT_TOO_LONG", "5", "6: ABCDEF"), "ABCDEF");
    assert.equal(copyFor("ELEMENT_RULE", "2", "none of them"), undefined);
    assert.equal(copyFor("ELEMENT_TOO_MANY", "3", "7: X"), undefined);
    assert.equal(copyFor("ELEMENT_BAD_CHARACTER", "6", '"A\\u0001"'), undefined);
    assert.equal(copyFor("ELEMENT_NOT_READABLE", "8", "20270230"), "20270230");
  });

  it("says R for the group when no set is accepted", () => {
    const missing = finding("reject", { segment: "3" }, { inSet: 2, tag: "BFR" });
    const { group: about, sets } = answer(group([[missing]]));
    assert.equal(about.status, "rejected");
    assert.equal(about.accepted, "0");
    assert.deepEqual(sets?.[0]?.segments, [{ tag: "BFR", position: "2", code: "3" }]);
  });

  it("says E for what is tolerated: an unknown segment, an unlisted code, a hash total", () => {
    const unknown = finding("tolerated", { segment: "2" }, { inSet: 3, tag: "ZZZ" });
    const hash = finding("tolerated", undefined, { inSet: 9, tag: "CTT", element: 2 });
    const { group: about, sets } = answer(group([[unknown, hash], []]));
    assert.equal(about.status, "accepted-with-errors");
    assert.equal(about.accepted, "2");
    assert.equal(sets?.[0]?.status, "accepted-with-errors");
    assert.deepEqual(sets?.[0]?.segments, [{ tag: "ZZZ", position: "3", code: "2" }]);
    assert.equal(sets?.[1]?.status, "accepted");
  });

  it("does not mention what is only a note", () => {
    const { sets } = answer(group([[finding("note", { segment: "2" }, { inSet: 3, tag: "ZZZ" })]]));
    assert.deepEqual(sets, [{ type: "830", control: "0001", status: "accepted" }]);
  });

  it("says R with AK502 4 for a wrong segment count, 3 for a wrong control number; E where that is lenient", () => {
    const count = finding("reject", { set: "4" }, { inSet: 11, tag: "SE" }, { code: "SYNTAX_SEGMENT_COUNT" });
    const control = finding("reject", { set: "3" }, { inSet: 11, tag: "SE" }, { code: "SYNTAX_SET_CONTROL" });
    const { sets } = answer(group([[count, control]]));
    assert.deepEqual(sets?.[0], { type: "830", control: "0001", status: "rejected", code1: "4", code2: "3" });
    const lenient = answer(group([withLenience([count], ["counts"])]));
    assert.deepEqual(lenient.sets?.[0], { type: "830", control: "0001", status: "accepted-with-errors", code1: "4" });
    assert.equal(lenient.group.status, "accepted-with-errors");
  });

  it("says R with AK905 4 for a wrong group control number, 5 for a wrong number of sets: no set counts", () => {
    const count = finding("reject", { group: "5" }, { tag: "GE" }, { code: "SYNTAX_SET_COUNT" });
    const { group: about, sets } = answer(group([[], []], { stated: "3", findings: [count] }));
    assert.deepEqual(
      [about.status, about.included, about.received, about.accepted, about.code1],
      ["rejected", "3", "2", "0", "5"],
    );
    assert.deepEqual(
      sets?.map(({ status }) => status),
      ["rejected", "rejected"],
    );
  });

  it("says R with AK502 1 for a message that no mapping is there for", () => {
    const { sets } = answer(group([[finding("reject", { set: "1" })]]));
    assert.deepEqual(sets?.[0], { type: "830", control: "0001", status: "rejected", code1: "1" });
  });

  it("is never given to a group of acknowledgements", () => {
    assert.equal(acknowledgementOf(group([[]], { functionalId: "FA" })), undefined);
  });

  it("names each place once, gathers the elements of a segment, and keeps the order of the segments", () => {
    const { sets } = answer(group([[at(9, 4, "8"), at(5, 1, "6"), at(5, 1, "6"), at(5, 2, "7")]]));
    assert.deepEqual(
      sets?.[0]?.segments?.map(({ position, elements }) => [position, elements?.map((one) => [one.element, one.code])]),
      [
        [
          "5",
          [
            ["1", "6"],
            ["2", "7"],
          ],
        ],
        ["9", [["4", "8"]]],
      ],
    );
  });

  it("copies a bad element only when it can be written: no delimiters, no control characters, 99 characters at most", () => {
    assert.equal(copied("12,5"), "12,5");
    assert.equal(copied("a*b"), undefined);
    assert.equal(copied("a\nb"), undefined);
    assert.equal(copied("Größe"), undefined);
    assert.equal(copied("x".repeat(200)), "x".repeat(99));
  });

  it("stays within what the standard can hold, whatever is found, and counts like its sets", () => {
    const place = fc.record(
      {
        inSet: fc.integer({ min: 1, max: 400 }),
        tag: fc.constantFrom("FST", "LIN"),
        element: fc.integer({ min: 1, max: 30 }),
      },
      { requiredKeys: ["inSet"] },
    );
    const code = fc.constantFrom("1", "2", "3", "4", "5", "6", "7", "8");
    const any = fc
      .record({
        severity: fc.constantFrom<Severity>("reject", "tolerated", "note"),
        place,
        ack: fc.record({ segment: code, element: code, set: code }, { requiredKeys: [] }),
        found: fc.string(),
      })
      .map((one) => ({ code: "SYNTAX_SEGMENT_COUNT" as const, message: "", ...one }));
    fc.assert(
      fc.property(fc.array(fc.array(any, { maxLength: 300 }), { minLength: 1, maxLength: 4 }), (sets) => {
        const document = answer(group(sets), "*>~");
        const accepted = document.sets?.filter(({ status }) => status !== "rejected").length ?? 0;
        assert.equal(document.group.accepted, String(accepted));
        for (const set of document.sets ?? []) {
          assert.ok((set.segments ?? []).length <= 100);
          for (const segment of set.segments ?? []) assert.ok((segment.elements ?? []).length <= 99);
        }
        if (accepted === 0) assert.equal(document.group.status, "rejected");
      }),
    );
  });
});
