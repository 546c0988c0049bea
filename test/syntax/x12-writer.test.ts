import assert from "node:assert/strict";
import fc from "fast-check";
import { elementsOfInterchange } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { type WrittenSet, writeX12Interchange, type X12Envelope } from "../../src/syntax/x12-writer.ts";
import { plainDate } from "../../src/values/dates.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { findingsOf, readAll } from "./reading.ts";

const ENVELOPE: X12Envelope = {
  sender: { qualifier: "ZZ", id: "CALLOFF" },
  receiver: { qualifier: "01", id: "047110815" },
  interchangeControl: 17,
  groupControl: 9,
  functionalId: "SH",
  groupSender: "CALLOFF",
  groupReceiver: "NORDWERK",
  date: plainDate("2026-03-02"),
  time: "0715",
  version: "004010",
  test: false,
  acknowledgementRequested: true,
  delimiters: { element: "*", component: ">", repetition: "", segment: "~", release: "" },
  newline: true,
};
const NOTICE: WrittenSet = {
  type: "856",
  segments: [
    ["ST", "856", "0001"],
    ["BSN", "00", "SH-000001", "20260302", "0715", "", ""],
    ["REF", "SI", "", "", "DO>7"],
  ],
};

const refused = (envelope: X12Envelope, sets: readonly WrittenSet[]): CalloffError => {
  try {
    writeX12Interchange(envelope, sets);
  } catch (thrown) {
    assert.ok(thrown instanceof CalloffError);
    return thrown;
  }
  return assert.fail("nothing was refused");
};
const withText = (text: string): WrittenSet => ({
  type: "856",
  segments: [
    ["ST", "856", "0001"],
    ["N1", "ST", text],
  ],
});

describe("an interchange written in X12", () => {
  it("may say what became of interchanges of the other side, before a group or instead of it", () => {
    const ta1 = [{ control: "000000905", date: "270301", time: "0930", status: "R", note: "025" }];
    const alone = writeX12Interchange({ ...ENVELOPE, ta1 }, []);
    assert.deepEqual(alone.toString().split("\n").slice(1), [
      "TA1*000000905*270301*0930*R*025~",
      "IEA*0*000000017~",
      "",
    ]);
    const both = writeX12Interchange({ ...ENVELOPE, ta1 }, [NOTICE]);
    for (const bytes of [alone, both]) {
      const { catalogue } = readAll(bytes);
      assert.deepEqual(findingsOf(catalogue), []);
      assert.deepEqual(catalogue.interchanges[0]?.ta1, ta1);
    }
    assert.equal(readAll(both).catalogue.interchanges[0]?.groups[0]?.sets.length, 1);
    assert.equal(readAll(writeX12Interchange(ENVELOPE, [NOTICE])).catalogue.interchanges[0]?.ta1, undefined);
    for (const wrong of [{ control: "905" }, { date: "2703" }, { status: "X" }, { note: "" }]) {
      assert.equal(refused({ ...ENVELOPE, ta1: [{ ...(ta1[0] as (typeof ta1)[0]), ...wrong }] }, []).place?.tag, "TA1");
    }
  });

  it("has a padded header, counts, control numbers, and no empty elements at the end of segments", () => {
    assert.deepEqual(writeX12Interchange(ENVELOPE, [NOTICE]).toString("latin1").split("\n"), [
      "ISA*00*          *00*          *ZZ*CALLOFF        *01*047110815      *260302*0715*U*00401*000000017*1*P*>~",
      "GS*SH*CALLOFF*NORDWERK*20260302*0715*9*X*004010~",
      "ST*856*0001~",
      "BSN*00*SH-000001*20260302*0715~",
      "REF*SI***DO>7~",
      "SE*4*0001~",
      "GE*1*9~",
      "IEA*1*000000017~",
      "",
    ]);
  });

  it("has a date of six digits before 004010 and a repetition separator from 005010 on", () => {
    const old = writeX12Interchange({ ...ENVELOPE, version: "003060", newline: false }, [NOTICE]).toString("latin1");
    assert.match(old, /\*U\*00306\*.*~GS\*SH\*CALLOFF\*NORDWERK\*260302\*/);
    const delimiters = { ...ENVELOPE.delimiters, repetition: "^" };
    const late = writeX12Interchange({ ...ENVELOPE, version: "005010", delimiters }, [NOTICE]).toString("latin1");
    assert.match(late, /\*0715\*\^\*00501\*/);
  });

  it("refuses text with separators, line breaks, control characters or characters beyond ISO 8859-1, naming the place", () => {
    for (const character of ["*", "~", "\n", "\r", "\u0000", "\u0085", "\u20AC"]) {
      const error = refused(ENVELOPE, [withText(`PLANT${character}1`)]);
      assert.equal(error.code, "SYNTAX_FORBIDDEN_CHARACTER");
      assert.deepEqual(error.place, { segment: 2, inSet: 2, tag: "N1", element: 2 });
    }
    assert.equal(refused({ ...ENVELOPE, sender: { qualifier: "ZZ", id: "A>B" } }, [NOTICE]).place?.element, 6);
    assert.equal(refused({ ...ENVELOPE, groupReceiver: "A*B" }, [NOTICE]).place?.tag, "GS");
  });

  it("replaces such characters where that is wanted", () => {
    const bytes = writeX12Interchange({ ...ENVELOPE, replaceForbidden: "." }, [withText("A*B~C\u20AC\u00C4")]);
    assert.deepEqual(readAll(bytes).sets[0]?.[1]?.elements, ["N1", "ST", "A.B.C.\u00C4"]);
    assert.equal(refused({ ...ENVELOPE, replaceForbidden: "~" }, [NOTICE]).code, "SYNTAX_ENVELOPE_VALUE");
  });

  it("refuses what does not fit into the envelope", () => {
    const places = [
      { ...ENVELOPE, sender: { qualifier: "ZZ", id: "SIXTEEN-CHARS-16" } },
      { ...ENVELOPE, receiver: { qualifier: "", id: "A" } },
      { ...ENVELOPE, interchangeControl: 1_000_000_000 },
      { ...ENVELOPE, groupControl: 0 },
      { ...ENVELOPE, time: "2460" },
      { ...ENVELOPE, delimiters: { ...ENVELOPE.delimiters, segment: "*" } },
      { ...ENVELOPE, delimiters: { ...ENVELOPE.delimiters, segment: "" } },
    ].map((envelope) => {
      const { code, place } = refused(envelope, [NOTICE]);
      assert.equal(code, "SYNTAX_ENVELOPE_VALUE");
      return `${place?.tag ?? ""}${place?.element ?? ""}`;
    });
    assert.deepEqual(places, ["ISA6", "ISA7", "ISA13", "GS6", "ISA10", "ISA", "ISA"]);
    assert.equal(refused(ENVELOPE, []).code, "SYNTAX_ENVELOPE_VALUE");
  });
});

const delimiters = fc
  .shuffledSubarray(["*", ">", "~", "^", "|", ":", "!", "\u001C", "\u001D"], { minLength: 4, maxLength: 4 })
  .map(([element = "", component = "", repetition = "", segment = ""]) => ({
    element,
    component,
    repetition,
    segment,
    release: "",
  }));

/** Text without what is a delimiter anywhere here; an element's blanks are part of it. */
const text = fc.string({
  unit: fc.constantFrom(..."ABZaz019 -.,/()\u00C4\u00FF".split("")),
  maxLength: 20,
});
const filled = text.filter((held) => held !== "");
const segment = fc
  .tuple(fc.constantFrom("N1", "FST", "LIN", "SHP", "N9", "GSX"), fc.array(text, { maxLength: 6 }), filled)
  .map(([tag, elements, last]) => [tag, ...elements, last]);
const sets = fc
  .array(fc.array(segment, { maxLength: 8 }), { minLength: 1, maxLength: 3 })
  .map((bodies) =>
    bodies.map((body, at) => ({ type: "830", segments: [["ST", "830", String(at + 1).padStart(4, "0")], ...body] })),
  );

describe("writing and reading", () => {
  it("give the same segments back, and the same bytes when written again", () => {
    fc.assert(
      fc.property(
        delimiters,
        sets,
        fc.boolean(),
        fc.constantFrom("004010", "005010"),
        (given, written, newline, version) => {
          const envelope = { ...ENVELOPE, functionalId: "PS", delimiters: given, newline, version };
          const bytes = writeX12Interchange(envelope, written);
          const read = readAll(bytes);
          assert.deepEqual(findingsOf(read.catalogue), []);
          const again = read.sets.map((segments) => ({
            type: "830",
            segments: segments.slice(0, -1).map(({ elements }) => elements),
          }));
          assert.deepEqual(again, written);
          assert.deepEqual(writeX12Interchange(envelope, again), bytes);
        },
      ),
      { numRuns: 300 },
    );
  });

  it("agree on every segment of the interchange, envelopes included", () => {
    const bytes = writeX12Interchange(ENVELOPE, [NOTICE]);
    const [interchange] = readAll(bytes).catalogue.interchanges;
    assert.ok(interchange !== undefined);
    const segments = elementsOfInterchange(memorySource("test.edi", bytes), interchange);
    assert.equal(`${segments.map((elements) => elements.join("*")).join("~\n")}~\n`, bytes.toString("latin1"));
  });
});
