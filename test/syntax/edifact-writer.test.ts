import assert from "node:assert/strict";
import fc from "fast-check";
import { compareEdifactReaders, readByEdifact } from "../../src/syntax/edifact-second-reader.ts";
import { type EdifactEnvelope, writeEdifactInterchange } from "../../src/syntax/edifact-writer.ts";
import type { Delimiters } from "../../src/syntax/segment.ts";
import { elementsOfInterchange } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { plainDate } from "../../src/values/dates.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { contentOf, findingsOf, readAll } from "./reading.ts";

const STANDARD: Delimiters = { element: "+", component: ":", repetition: "", segment: "'", release: "?" };
const ENVELOPE: EdifactEnvelope = {
  syntax: "UNOC:3",
  una: true,
  delimiters: STANDARD,
  newline: false,
  sender: { id: "WIR", qualifier: "1" },
  receiver: { id: "KUN+DE'S", qualifier: "14", internal: "A:B" },
  date: plainDate("2027-02-01"),
  time: "0715",
  control: "000017",
  application: "DESADV",
  acknowledgementRequested: true,
  agreement: "OK",
  test: true,
};
const UNH = ["UNH", "1", "DESADV:D:07A:UN"];
const set = (...segments: string[][]) => [{ type: "DESADV", segments: [UNH, ...segments] }];

/** `text` with release characters, as a mapping writes it. */
const released = (text: string, { component, element, release, repetition, segment }: Delimiters): string =>
  Array.from(text, (character) =>
    [component, element, release, repetition, segment].includes(character) ? release + character : character,
  ).join("");

const refusal = (write: () => unknown): string => {
  try {
    write();
  } catch (thrown) {
    if (thrown instanceof CalloffError) {
      const { element, tag } = thrown.place ?? {};
      return `${thrown.code} ${tag ?? ""}${element === undefined ? "" : ` ${element}`}: ${thrown.found ?? ""}`;
    }
    throw thrown;
  }
  return "written";
};

describe("an EDIFACT interchange that is written", () => {
  it("has UNA, UNB with its values released, counts and references, and no empty elements at the ends", () => {
    assert.equal(
      writeEdifactInterchange({ ...ENVELOPE, newline: true }, set(["BGM", "351", "4711", "9", ""])).toString(),
      [
        "UNA:+.? '",
        "UNB+UNOC:3+WIR:1+KUN?+DE?'S:14:A?:B+270201:0715+000017++DESADV++1+OK+1'",
        "UNH+1+DESADV:D:07A:UN'",
        "BGM+351+4711+9'",
        "UNT+3+1'",
        "UNZ+1+000017'",
        "",
      ].join("\n"),
    );
  });

  it("has a group where one is asked for, and names what syntax 4 names", () => {
    const group = {
      type: "DESADV",
      sender: { id: "A", qualifier: "" },
      receiver: { id: "B", qualifier: "14" },
      control: "9",
      version: "D:07A",
      association: "GAVF24",
    };
    const { agreement: _, application: __, ...plain } = ENVELOPE;
    const syntax4 = { ...plain, syntax: "UNOC:4", delimiters: { ...STANDARD, repetition: "*" } };
    const bytes = writeEdifactInterchange({ ...syntax4, acknowledgementRequested: false, test: false, group }, set());
    assert.equal(
      bytes.toString(),
      "UNA:+.?*'UNB+UNOC:4+WIR:1+KUN?+DE?'S:14:A?:B+20270201:0715+000017'UNG+DESADV+A+B:14+20270201:0715+9+UN+D:07A:GAVF24'UNH+1+DESADV:D:07A:UN'UNT+2+1'UNE+1+9'UNZ+1+000017'",
    );
    const [read] = readAll(bytes).catalogue.interchanges;
    assert.deepEqual([read?.groups[0]?.version, read?.groups[0]?.control, read?.findings], ["D:07A", "9", []]);
  });

  it("comes back as it was meant from both readers, whatever its texts and delimiters are", () => {
    const delimiters = fc.constantFrom<Delimiters>(
      STANDARD,
      { element: "|", component: ">", repetition: "", segment: "\n", release: "\\" },
      { element: "\u001D", component: "\u001F", repetition: "", segment: "\u001C", release: "?" },
      { element: "*", component: "^", repetition: "", segment: "~", release: "!" },
    );
    const text = fc.string({
      unit: fc.constantFrom(..."AZaz09 .-'+:?*^~!|>\\@#".split(""), "\u00FC", "\u00DF", "UNT", "'UNZ"),
      minLength: 1,
      maxLength: 12,
    });
    const segments = fc.array(
      fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }),
      {
        maxLength: 6,
      },
    );
    fc.assert(
      fc.property(delimiters, segments, fc.boolean(), (chosen, meant, newline) => {
        const body = meant.map((elements) => [
          "FTX",
          ...elements.map((parts) => parts.map((part) => released(part, chosen)).join(chosen.component)),
        ]);
        const bytes = writeEdifactInterchange({ ...ENVELOPE, delimiters: chosen, newline }, [
          { type: "DESADV", segments: [["UNH", "1", ["DESADV", "D", "07A", "UN"].join(chosen.component)], ...body] },
        ]);
        const read = readAll(bytes);
        assert.deepEqual(findingsOf(read.catalogue), []);
        assert.deepEqual(contentOf(read).slice(1, -1), body);
        const [interchange] = read.catalogue.interchanges;
        assert.ok(interchange !== undefined);
        assert.equal(interchange.receiver.id, "KUN+DE'S");
        const ours = elementsOfInterchange(memorySource("x", bytes), interchange);
        assert.deepEqual(compareEdifactReaders(ours, readByEdifact(bytes), chosen), []);
      }),
      { numRuns: 300 },
    );
  });

  it("is refused where data would end a segment, smuggle one in, or is not of the character set", () => {
    const write = (element: string, envelope: Partial<EdifactEnvelope> = {}) =>
      refusal(() => writeEdifactInterchange({ ...ENVELOPE, ...envelope }, set(["FTX", "AAI", element])));
    assert.equal(write("X?'?+UNT?+1?+1?'"), "written");
    for (const [element, found] of [
      ["X'+UNT+3+1'", `"'"`],
      ["X+Y", '"+"'],
      ["X?", '"?"'],
      ["X??'", `"'"`],
      ["X\nY", "byte 0x0A"],
      ["X\u0085Y", "byte 0x85"],
      ["X\u20AC", "byte 0x20AC"],
    ] as const) {
      assert.equal(write(element), `SYNTAX_FORBIDDEN_CHARACTER FTX 2: ${found}`, element);
    }
    assert.equal(write("X\u00FC", { syntax: "UNOA:2" }), "SYNTAX_FORBIDDEN_CHARACTER FTX 2: byte 0xFC");
    assert.equal(write("x", { syntax: "UNOA:2" }), 'SYNTAX_FORBIDDEN_CHARACTER FTX 2: "x"');
    assert.equal(write("x", { syntax: "UNOB:2" }), "written");
    assert.equal(write("x@", { syntax: "UNOB:2" }), 'SYNTAX_FORBIDDEN_CHARACTER FTX 2: "@"');
    assert.equal(write("x@", { syntax: "UNOB:2", charset: "ascii" }), "written");
    assert.equal(write("\u00FC", { syntax: "UNOY:4" }), "SYNTAX_FORBIDDEN_CHARACTER FTX 2: byte 0xFC");
    assert.equal(write("\u00C3\u00BC", { syntax: "UNOY:4" }), "written");
    const silent = { delimiters: { ...STANDARD, release: "" }, receiver: { id: "B", qualifier: "" } };
    assert.equal(write("What?", silent), "written");
    assert.equal(write("It's", silent), `SYNTAX_FORBIDDEN_CHARACTER FTX 2: "'"`);
    assert.equal(
      refusal(() => writeEdifactInterchange(ENVELOPE, set(["FTX'", "A"]))),
      `SYNTAX_FORBIDDEN_CHARACTER FTX': "F"`,
    );
  });

  it("is refused where a value does not fit its place, or a delimiter is none", () => {
    const write = (envelope: Partial<EdifactEnvelope>) =>
      refusal(() => writeEdifactInterchange({ ...ENVELOPE, ...envelope }, set()));
    assert.equal(write({ control: "123456789012345" }), "SYNTAX_ENVELOPE_VALUE UNB 5: 123456789012345");
    assert.equal(write({ sender: { id: "", qualifier: "" } }), "SYNTAX_ENVELOPE_VALUE UNB 2: nothing");
    assert.equal(write({ time: "2561" }), "SYNTAX_ENVELOPE_VALUE UNB 4: 2561");
    assert.equal(write({ syntax: "UNOC" }), "SYNTAX_ENVELOPE_VALUE UNB 1: UNOC");
    assert.match(write({ delimiters: { ...STANDARD, segment: "+" } }), /^SYNTAX_ENVELOPE_VALUE UNA/);
    assert.match(write({ una: false, delimiters: { ...STANDARD, element: "|" } }), /^SYNTAX_ENVELOPE_VALUE UNA/);
    assert.equal(write({ una: false }), "written");
    assert.equal(
      refusal(() => writeEdifactInterchange(ENVELOPE, [])),
      "SYNTAX_ENVELOPE_VALUE UNH 1: 0",
    );
  });
});
