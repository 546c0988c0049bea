/** What is refused when a mapping is compiled: always with file, line, column, what was found and what to do. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { loadMappings, mappingFromText } from "../../src/mapping/library.ts";
import { mappingSchemaText } from "../../src/mapping/schema.ts";
import { isRefusal } from "../../src/mapping/tree.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { ROOT } from "./support.ts";

const HEAD = "syntax: x12\nmessage: { set: 830 }\ndocument: delivery-schedule\nlines:\n";
const FIXED = "syntax: fixed\nmessage: { first: 511, last: 519, length: 128 }\ndocument: delivery-schedule\nlines:\n";

/** The refusal of a text as `CODE line:column`. */
function refusal(text: string, standards: Record<string, string> = {}): string {
  try {
    mappingFromText("x12/try", text, standards);
  } catch (thrown) {
    assert.ok(thrown instanceof CalloffError, String(thrown));
    assert.ok(thrown.remedy, `no remedy: ${thrown.message}`);
    assert.equal(thrown.place?.file, "x12/try.yaml");
    return `${thrown.code} ${thrown.place?.line}:${thrown.place?.column}`;
  }
  return "taken";
}

describe("YAML that is no mapping", () => {
  it("is refused at its line and column", () => {
    assert.equal(refusal("syntax: [x12"), "MAPPING_NOT_YAML 1:13");
    assert.equal(refusal("syntax: x12\nsyntax: x12\n"), "MAPPING_NOT_YAML 2:1");
    assert.equal(refusal("- a list\n"), "MAPPING_NOT_YAML 1:1");
    assert.equal(refusal("a: 1\n---\nb: 2\n"), "MAPPING_NOT_YAML 2:1");
    assert.equal(refusal(""), "MAPPING_NOT_YAML 1:1");
  });

  it("with tags that ask for code, unknown aliases or keys that are no text is refused", () => {
    assert.equal(refusal("syntax: !!js/function 'function(){}'\n"), "MAPPING_NOT_YAML 1:9");
    assert.equal(refusal("syntax: *nothing\n"), "MAPPING_NOT_YAML 1:9");
    assert.match(refusal("? [ a, b ]\n: c\n"), /^MAPPING_NOT_YAML/);
  });

  it("that grows by aliases or is nested without end is refused quickly", () => {
    const bomb = ["a0: &a0 [ x, x, x, x, x, x, x, x, x, x ]"];
    for (let at = 1; at < 12; at += 1) bomb.push(`a${at}: &a${at} [ ${`*a${at - 1}, `.repeat(10)} ]`);
    assert.match(refusal(bomb.join("\n")), /^MAPPING_NOT_YAML/);
    assert.match(refusal(`a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`), /^MAPPING_NOT_YAML/);
    assert.match(refusal(`a: &a\n  b: *a\n`), /^MAPPING_NOT_YAML/);
    assert.match(refusal("x".repeat(1_000_001)), /^MAPPING_NOT_YAML/);
  });

  it("of any bytes is refused or taken, never a crash", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "binary" }), (text) => {
        try {
          mappingFromText("x12/try", text);
        } catch (thrown) {
          return isRefusal(thrown);
        }
        return true;
      }),
    );
  });
});

describe("words that mapping files do not have", () => {
  const cases: readonly [title: string, text: string, at: string][] = [
    ["in the head", `${HEAD}  - LIN:\nversion: 2\n`, "MAPPING_WORD 6:1"],
    [
      "in message",
      "syntax: x12\nmessage: { set: 830, typ: PS }\ndocument: delivery-schedule\nlines: []\n",
      "MAPPING_WORD 2:22",
    ],
    ["in a line", `${HEAD}  - LIN: { time: 1 }\n`, "MAPPING_WORD 5:12"],
    ["in a field", `${HEAD}  - LIN: { fields: { 1: { to: number, cods: { A: b } } } }\n`, "MAPPING_WORD 5:39"],
    ["after outside of a dialect", `${HEAD}  - LIN: { after: ST }\n`, "MAPPING_WORD 5:12"],
    ["<< as a key", `${HEAD}  - LIN: { <<: x }\n`, "MAPPING_WORD 5:12"],
    ["beside pick", `${HEAD}  - SHP: { pick: 1, times: 1 }\n`, "MAPPING_WORD 5:21"],
  ];
  for (const [title, text, at] of cases) it(title, () => assert.equal(refusal(text), at));
});

describe("values that mapping files do not have", () => {
  const line = (body: string): string => `${HEAD}  - LIN: { ${body} }\n`;
  const cases: readonly [title: string, text: string, code: RegExp][] = [
    ["a syntax nobody reads", "syntax: hl7\nmessage: {}\ndocument: invoice\nlines: []\n", /^MAPPING_VALUE 1:9$/],
    [
      "a document nobody knows",
      "syntax: x12\nmessage: { set: 830 }\ndocument: letter\nlines: []\n",
      /^MAPPING_VALUE 3:11$/,
    ],
    ["no lines", "syntax: x12\nmessage: { set: 830 }\ndocument: invoice\n", /^MAPPING_VALUE/],
    ["no message type", "syntax: x12\nmessage: {}\ndocument: invoice\nlines: []\n", /^MAPPING_VALUE/],
    [
      "versions that run backwards",
      "syntax: x12\nmessage: { set: 830, versions: 005010..002001 }\ndocument: invoice\nlines: []\n",
      /^MAPPING_VALUE 2:32$/,
    ],
    ["times that are none", line("times: many"), /^MAPPING_VALUE 5:19$/],
    ["times that run backwards", line("times: 3..1"), /^MAPPING_VALUE/],
    ["times beyond all measure", line("times: 0..99999999999999999999"), /^MAPPING_VALUE/],
    ["an address that is none", line("fields: { x: number }"), /^MAPPING_VALUE/],
    ["element 0", line("fields: { 0: number }"), /^MAPPING_VALUE/],
    ["element 9999", line("fields: { 9999: number }"), /^MAPPING_VALUE/],
    ["a shape that is none", line("fields: { 1: { to: number, as: YYYY } }"), /^MAPPING_VALUE/],
    ["number/9", line("fields: { 1: { to: number, as: number/9 } }"), /^MAPPING_VALUE/],
    ["a use that is none", line("fields: { 1: { to: number, use: should } }"), /^MAPPING_VALUE/],
    ["a rule that is none", line("rules: [ P03 ]"), /^MAPPING_VALUE/],
    ["a list of lists", line("opens: lines.steps"), /^MAPPING_VALUE/],
    ["two tags in one row", `${HEAD}  - LIN: {}\n    PID: {}\n`, /^MAPPING_VALUE/],
    ["a tag that is none", `${HEAD}  - "L*N": {}\n`, /^MAPPING_VALUE/],
    ["positions beyond the record", `${FIXED}  - 511: { fields: { 120-129: number } }\n`, /^MAPPING_VALUE/],
    ["positions that run backwards", `${FIXED}  - 511: { fields: { 20-12: number } }\n`, /^MAPPING_VALUE/],
    [
      "a column nobody announced",
      "syntax: csv\nmessage: { headers: [ A ] }\ndocument: delivery-schedule\nlines: [ { row: { fields: { B: number } } } ]\n",
      /^MAPPING_VALUE/,
    ],
  ];
  for (const [title, text, code] of cases) it(title, () => assert.match(refusal(text), code));

  for (const name of [
    "__proto__",
    "constructor",
    "a.__proto__",
    "lines.prototype",
    "segment",
    "Upper",
    "a.b.c.d",
    "a b",
  ]) {
    it(`a field named ${name}`, () => {
      assert.match(refusal(line(`fields: { 1: "${name}" }`)), /^MAPPING_VALUE/);
      assert.match(refusal(line(`opens: "${name}"`)), /^MAPPING_VALUE/);
    });
  }

  it("keys such as __proto__ reach no object", () => {
    assert.match(refusal(`${HEAD}  - __proto__: { times: 1 }\n`), /taken|MAPPING/);
    assert.equal(({} as Record<string, unknown>)["times"], undefined);
    assert.match(refusal(`${HEAD}  - LIN: { __proto__: { times: 1 } }\n`), /^MAPPING_WORD/);
    assert.match(refusal(line("fields: { 1: { to: number, codes: { __proto__: a } } }")), /taken/);
  });
});

describe("what works in one direction only", () => {
  const cases: readonly [title: string, lines: string][] = [
    ["a line that may repeat, with fields that have one place", "  - DTM: { times: 0..*, fields: { 2: issuedAt } }\n"],
    ["when without a value", "  - QTY: { when: { 1: [] }, fields: { 2: number } }\n"],
    [
      "one field filled by two lines that are both written",
      "  - DTM: { when: { 1: 2 }, fields: { 2: issuedAt } }\n  - DTM: { when: { 1: 3 }, fields: { 2: issuedAt } }\n",
    ],
    ["one field filled by two places of a line", "  - DTM: { fields: { 1: issuedAt, 2: issuedAt } }\n"],
    ["two fields at one place", "  - UIT: { fields: { 1: unit, 1.1: plant } }\n"],
    ["a field among the pairs", "  - LIN: { fields: { 3: plant }, pairs: { from: 2, codes: { PO: orderNumber } } }\n"],
    ["carries without a list below", "  - SDP: { carries: true, fields: { 1: plant } }\n"],
    [
      "carries with two lists below",
      "  - SDP: { carries: true, fields: { 1: dock }, then: [ { A: { times: 0..*, opens: lines } }, { B: { times: 0..*, opens: parties } } ] }\n",
    ],
    [
      "carries and opens at once",
      "  - SDP: { times: 0..*, carries: true, opens: lines, then: [ { A: { opens: steps } } ] }\n",
    ],
    [
      "carries with a plain line below, and a field of the line below that",
      "  - SDP: { carries: true, then: [ { A: { times: 0..*, opens: lines } }, { B: { fields: { 1: plant }, then: [ { C: { fields: { 1: dock } } } ] } } ] }\n",
    ],
    ["each without carries", "  - SDP: { each: true }\n"],
    ["a count of nothing", "  - CTT: { times: 1, fields: { 1: { count: LIN } } }\n"],
    ["a sum over nothing", "  - CTT: { times: 1, fields: { 1: { sum: LIN.1 } } }\n"],
    ["a line that is never reached", "  - REF: { times: 0..* }\n  - REF: { when: { 1: DK }, fields: { 2: dock } }\n"],
    ["default where something must stand", "  - BFR: { fields: { 1: { to: unit, use: must, default: PC } } }\n"],
    ["a constant that is a field as well", "  - BFR: { fields: { 1: { to: unit, is: PC } } }\n"],
    ["codes with a shape", "  - BFR: { fields: { 1: { to: unit, as: number, codes: { A: b } } } }\n"],
    ["two fields of a shape with one value", "  - BFR: { fields: { 1: { to: [ a, b ], as: date } } }\n"],
    ["one field of a shape with two values", "  - BFR: { fields: { 1: { to: a, as: vda } } }\n"],
    ["a place that says nothing", "  - BFR: { fields: { 1: {} } }\n"],
    ["same outside of tables", "  - LIN: { times: 0..*, opens: lines, same: [ { opens: steps } ] }\n"],
  ];
  for (const [title, lines] of cases) it(title, () => assert.match(refusal(HEAD + lines), /^MAPPING_ONE_WAY \d+:\d+$/));

  it("two lines for one field are taken where if keeps them apart", () => {
    const lines =
      "  - DTM: { when: { 1: 2 }, if: { basis: delivery }, fields: { 2: issuedAt } }\n  - DTM: { when: { 1: 3 }, if: { basis: shipment }, fields: { 2: issuedAt } }\n";
    assert.equal(refusal(HEAD + lines), "taken");
  });

  it("positions that lie over each other", () => {
    assert.match(refusal(`${FIXED}  - 511: { fields: { 6-14: plant, 14-20: dock } }\n`), /^MAPPING_ONE_WAY/);
  });

  it("a field listed in loses that the message holds", () => {
    assert.match(
      refusal(`${HEAD.replace("lines:", "loses: [ plant ]\nlines:")}  - BFR: { fields: { 1: plant } }\n`),
      /^MAPPING_ONE_WAY/,
    );
  });
});

describe("folders of mappings", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(path.join(tmpdir(), "mappings-"));
    mkdirSync(path.join(folder, "x12"));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it("that are not there hold nothing; a later folder wins; a partner's dialect wins for the partner", () => {
    writeFileSync(path.join(folder, "x12/830.acme.yaml"), "extends: x12/830\nchanges:\n  LIN/ATH.times: 0\n");
    writeFileSync(path.join(folder, "x12/997.yaml"), readFileSync(path.join(ROOT, "mappings/x12/997.yaml")));
    const library = loadMappings([path.join(ROOT, "mappings"), folder, path.join(folder, "nowhere")]);
    const own = loadMappings([path.join(ROOT, "mappings")]);
    assert.deepEqual(library.names(), [...own.names(), "x12/830.acme"].toSorted());
    assert.equal(library.named("x12/997")?.file, path.join(folder, "x12/997.yaml"));
    const wanted = { family: "x12", type: "830", version: "004010", functionalId: "PS" } as const;
    assert.equal(library.fitting(wanted)?.name, "x12/830");
    assert.equal(library.fitting({ ...wanted, partner: "acme" })?.name, "x12/830.acme");
    assert.equal(library.fitting({ ...wanted, partner: "other" })?.name, "x12/830");
    assert.equal(library.fitting({ ...wanted, version: "001000" }), undefined);
    assert.equal(library.fitting({ ...wanted, version: "002001ABC" })?.name, "x12/830");
    assert.equal(library.fitting({ ...wanted, functionalId: "PO" }), undefined);
    assert.notEqual(library.named("x12/830")?.hash, library.named("x12/830.acme")?.hash);
  });

  it("name the file of a fault", () => {
    const bad = path.join(folder, "x12/bad.yaml");
    writeFileSync(bad, "syntax: x12\nlines: 7\n");
    assert.throws(
      () => loadMappings([path.join(ROOT, "mappings"), folder]),
      (thrown: unknown) => thrown instanceof CalloffError && thrown.place?.file === bad,
    );
    rmSync(bad);
  });
});

describe("the schema of mapping files", () => {
  it("is committed as it is made (CALLOFF_UPDATE_SCHEMA=1 writes it anew)", () => {
    const file = path.join(ROOT, "mappings/mapping.schema.json");
    if (process.env["CALLOFF_UPDATE_SCHEMA"] === "1") writeFileSync(file, mappingSchemaText());
    assert.equal(readFileSync(file, "utf8"), mappingSchemaText());
  });

  it("is named in the first line of every mapping", () => {
    for (const name of ["830", "997", "856", "810"]) {
      const [first] = readFileSync(path.join(ROOT, `mappings/x12/${name}.yaml`), "utf8").split("\n");
      assert.equal(first, "# yaml-language-server: $schema=../mapping.schema.json");
    }
  });
});
