/** What a mapping reads has to fit the document it names: that is found out when the file is loaded, not by a customer's message. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { type CompiledMapping, loadMappings, mappingFromText } from "../../src/mapping/library.ts";
import { CalloffError } from "../../src/values/errors.ts";
import { ROOT, tryLines } from "./support.ts";

const FORECAST = readFileSync(path.join(ROOT, "mappings/x12/830.yaml"), "utf8");

const refused = (make: () => CompiledMapping): CalloffError => {
  try {
    make();
  } catch (thrown) {
    assert.ok(thrown instanceof CalloffError, String(thrown));
    assert.equal(thrown.code, "MAPPING_VALUE");
    assert.ok(thrown.expected, `nothing expected: ${thrown.message}`);
    assert.ok(thrown.remedy, `no remedy: ${thrown.message}`);
    assert.ok(thrown.place?.file);
    return thrown;
  }
  return assert.fail("the mapping was taken");
};

const dialect = (change: string): CompiledMapping =>
  mappingFromText("x12/830.acme", `extends: x12/830\nchanges:\n  ${change}\n`, { "x12/830": FORECAST });

const step = (fields: string, words = ""): CompiledMapping =>
  tryLines(
    `- LIN: { times: 0..*, opens: lines, fields: { 1: number }, then: [ { FST: { times: 0..*, opens: steps, ${words} fields: { ${fields} } } } ] }`,
  );

const table = (row: string): CompiledMapping =>
  mappingFromText(
    "csv/try",
    `syntax: csv\nmessage: { headers: [ Part, Date, Qty ] }\ndocument: delivery-schedule\nlines:\n  - row: ${row}\n`,
  );

const losing = (lost: string): CompiledMapping =>
  tryLines("- BFR: { fields: { 3: releaseNumber } }", `loses: [ ${lost} ]\n`);

const record = (repeat: string): CompiledMapping =>
  mappingFromText(
    "fixed/try",
    `syntax: fixed\nmessage: { first: 511, last: 519, length: 128 }\ndocument: delivery-schedule\nlines:\n  - 512: { times: 0..*, opens: lines, fields: { 39-60: customerPart }, then: [ { 513: { repeat: { ${repeat} } } } ] }\n`,
  );

describe("a field that the document does not have", () => {
  it("in a dialect is refused at its line and column in the dialect, with the field that was meant", () => {
    const fault = refused(() => dialect("LIN/FST.fields.1: { to: quantitee, as: number }"));
    assert.equal(fault.message, "quantitee is no field of lines.steps");
    assert.deepEqual(fault.place, { file: "x12/830.acme.yaml", line: 3, column: 27 });
    assert.match(fault.expected ?? "", /\bquantity\b/);
    assert.equal(fault.found, "quantitee");
    assert.equal(fault.remedy, "Did you mean `quantity`?");
  });

  it("in a dialect is refused wherever the standard mapping's line was written once and used twice", () => {
    const fault = refused(() => dialect("LIN/N1/N4.fields.1: citty"));
    assert.deepEqual([fault.message, fault.remedy], ["citty is no field of lines.parties", "Did you mean `city`?"]);
    assert.deepEqual(fault.place, { file: "x12/830.acme.yaml", line: 3, column: 23 });
  });

  const cases: readonly (readonly [string, () => CompiledMapping, string, string])[] = [
    [
      "of the document itself",
      () => tryLines("- BFR: { fields: { 3: releaseNumer } }"),
      "releaseNumer is no field of the delivery-schedule",
      "Did you mean `releaseNumber`?",
    ],
    [
      "of a line, while only steps have it",
      () => tryLines("- LIN: { times: 0..*, opens: lines, fields: { 1: timing } }"),
      "timing is no field of lines",
      "Name a field that the document has, or leave the place out.",
    ],
    [
      "of an object within, named without the object",
      () => tryLines("- LIN: { times: 0..*, opens: lines, fields: { 1: { to: cumulative, as: number } } }"),
      "cumulative is no field of lines",
      "Did you mean `account.cumulative`?",
    ],
    [
      "of an object within, misspelt",
      () => tryLines("- LIN: { times: 0..*, opens: lines, fields: { 1: { to: account.cumulativ, as: number } } }"),
      "account.cumulativ is no field of lines",
      "Did you mean `account.cumulative`?",
    ],
    [
      "by the object only",
      () => tryLines("- LIN: { times: 0..*, opens: lines, fields: { 1: horizon } }"),
      "horizon is no field of lines",
      "Did you mean `horizon.from`?",
    ],
    [
      "by its list",
      () => tryLines("- FST: { fields: { 1: { to: lines.quantity, as: number } } }"),
      "lines is a list, and no field of the delivery-schedule",
      "Open an object of the list by a line with opens: lines, and name the object's fields there.",
    ],
    [
      "by the name of a list",
      () => tryLines("- LIN: { times: 0..*, opens: lines }\n- BFR: { fields: { 1: lines } }"),
      "lines is a list, and no field of the delivery-schedule",
      "Open an object of the list by a line with opens: lines, and name the object's fields there.",
    ],
    [
      "in pairs",
      () =>
        tryLines("- LIN: { times: 0..*, opens: lines, pairs: { from: 2, codes: { BP: customerPart, PO: orderNo } } }"),
      "orderNo is no field of lines",
      "Name a field that the document has, or leave the place out.",
    ],
    [
      "in a row of pick",
      () => tryLines("- REF: { pick: 1, DK: { 2: dock }, LU: { 2: unloadingPoin } }"),
      "unloadingPoin is no field of the delivery-schedule",
      "Did you mean `unloadingPoint`?",
    ],
    [
      "in the second of two fields",
      () => step("4: { to: [ timing, form ], as: vda }"),
      "form is no field of lines.steps",
      "Did you mean `from`?",
    ],
    [
      "carried to the objects that are opened below",
      () =>
        tryLines(
          "- LIN: { times: 0..*, opens: lines, then: [ { SDP: { times: 0..*, carries: true, fields: { 1: pattern.day }, then: [ { FST: { times: 1..*, opens: steps, fields: { 1: { to: quantity, as: number } } } } ] } } ] }",
        ),
      "pattern.day is no field of lines.steps",
      "Did you mean `pattern.days`?",
    ],
    [
      "in a condition",
      () => step("1: { to: quantity, as: number }", "if: { timming: week },"),
      "timming is no field of lines.steps",
      "Did you mean `timing`?",
    ],
    [
      "in a condition that would keep two lines for one field apart",
      () =>
        tryLines(
          "- DTM: { when: { 1: 2 }, if: { basis: delivery }, fields: { 2: issuedAt } }\n- DTM: { when: { 1: 3 }, if: { bassis: shipment }, fields: { 2: issuedAt } }",
        ),
      "bassis is no field of the delivery-schedule",
      "Did you mean `basis`?",
    ],
    [
      "in the places of a record that repeat",
      () => record("opens: steps, from: 48, width: 15, count: 5, fields: { 7-15: { to: quantiy, as: number } }"),
      "quantiy is no field of lines.steps",
      "Did you mean `quantity`?",
    ],
    [
      "in a table's deeper level",
      () => table("{ times: 0..*, same: [ { opens: lines, key: [ customerPart ], fields: { Part: costumerPart } } ] }"),
      "costumerPart is no field of lines",
      "Did you mean `customerPart`?",
    ],
    [
      "in a table's columns",
      () =>
        table(
          "{ times: 0..*, opens: lines, fields: { Part: customerPart }, columns: { opens: steps, header: { to: fro, as: DD.MM.YYYY }, value: { to: quantity, as: number } } }",
        ),
      "fro is no field of lines.steps",
      "Did you mean `from`?",
    ],
    [
      "in another document",
      () =>
        mappingFromText(
          "x12/856",
          "syntax: x12\nmessage: { set: 856 }\ndocument: ship-notice\nlines:\n  - BSN: { fields: { 2: releaseNumber } }\n",
        ),
      "releaseNumber is no field of the ship-notice",
      "Name a field that the document has, or leave the place out.",
    ],
  ];
  for (const [title, make, message, remedy] of cases) {
    it(title, () => {
      const fault = refused(make);
      assert.deepEqual([fault.message, fault.remedy], [message, remedy]);
      assert.ok((fault.place?.line ?? 0) > 3);
    });
  }

  it("a list that the document does not have is refused where it is opened", () => {
    const fault = refused(() => tryLines("- LIN: { times: 0..*, opens: line, fields: { 1: number } }"));
    assert.deepEqual(
      [fault.message, fault.remedy],
      ["line is no list of the delivery-schedule", "Did you mean `lines`?"],
    );
    assert.match(fault.expected ?? "", /\bparties\b/);
    const records = refused(() => record("opens: step, from: 48, width: 15, count: 5, fields: { 1-6: route }"));
    assert.deepEqual([records.message, records.remedy], ["step is no list of lines", "Did you mean `steps`?"]);
  });

  it("a field said to be lost is one of the document", () => {
    const fault = refused(() => losing("lines.custmerPart"));
    assert.deepEqual(
      [fault.message, fault.remedy],
      ["custmerPart is no field of lines", "Did you mean `customerPart`?"],
    );
    assert.deepEqual([fault.place?.line, fault.place?.column], [4, 10]);
    for (const lost of ["lines.customerPart", "lines.account", "lines.account.cumulative", "lines.steps", "plant"])
      losing(lost);
  });

  it("any misspelt field is refused with a place in the file, never taken and never a crash", () => {
    const letters = fc.stringMatching(/^[a-z][A-Za-z]{0,12}(\.[a-z]{1,8})?$/);
    fc.assert(
      fc.property(letters, (name) => {
        try {
          step(`1: ${name}x9`);
        } catch (thrown) {
          return thrown instanceof CalloffError && thrown.code === "MAPPING_VALUE" && thrown.place?.line === 5;
        }
        return false;
      }),
    );
  });
});

describe("a shape that does not give what the field takes", () => {
  it("a figure read as text or as a date is refused, naming the shapes of figures", () => {
    const asText = refused(() => step("1: quantity"));
    assert.equal(asText.message, "quantity is an exact figure, which the shape text does not give");
    assert.equal(asText.expected, "as: one of number, number,, number/n");
    assert.equal(asText.remedy, "Write { to: quantity, as: number }, or the shape that the message has.");
    const asDate = refused(() => step("1: { to: quantity, as: date }"));
    assert.deepEqual([asDate.found, asDate.place?.line], ["date", 5]);
  });

  it("a date read as text, figure or time is refused, naming the shapes of dates", () => {
    for (const as of ["text", "number", "time"]) {
      const fault = refused(() => step(`4: { to: from, as: ${as} }`));
      assert.equal(fault.message, `from is a date, which the shape ${as} does not give`);
      assert.match(fault.expected ?? "", /YYMMDD.*dtm/);
    }
  });

  it("one of a few words read as a figure or a date is refused", () => {
    assert.equal(
      refused(() => step("3: { to: timing, as: number }")).message,
      "timing takes words, which the shape number does not give",
    );
    assert.equal(
      refused(() => step("3: { to: [ statement, from ], as: vda }")).message,
      "statement takes words, which the shape vda does not give",
    );
  });

  it("every shape of figures and dates is taken, date keys give timing and date, and text takes anything", () => {
    for (const as of ["number", '"number,"', "number/2"]) step(`1: { to: quantity, as: ${as} }`);
    for (const as of ["date", "CCYYMMDD", "YYMMDD", "DD.MM.YYYY", "dtm"]) step(`4: { to: from, as: ${as} }`);
    step("4: { to: [ timing, from ], as: vda }");
    for (const as of ["text", "number", "date", "time"]) step(`6: { to: timeKind, as: ${as} }`);
  });

  it("a default that the field cannot hold is refused", () => {
    assert.equal(
      refused(() => step('1: { to: quantity, as: number, default: "1,5" }')).message,
      "quantity does not take the value 1,5",
    );
    assert.equal(refused(() => step("3: { to: timing, default: dayly }")).remedy, "Did you mean `day`?");
    step("1: { to: quantity, as: number, default: 0 }, 3: { to: timing, default: day }");
  });
});

describe("a code whose word the field does not take", () => {
  it("in a dialect is refused at the word, with the word that was meant", () => {
    const fault = refused(() => dialect("LIN/SDP/FST.fields.3.codes: { Q: mounth }"));
    assert.equal(fault.message, "timing does not take the word mounth");
    assert.deepEqual(fault.place, { file: "x12/830.acme.yaml", line: 3, column: 36 });
    assert.match(fault.expected ?? "", /^one of day, week, month/);
    assert.deepEqual([fault.found, fault.remedy], ["mounth", "Did you mean `month`?"]);
  });

  it("in a condition is refused", () => {
    const fault = refused(() => step("1: { to: quantity, as: number }", 'if: { timing: [ "", weeks ] },'));
    assert.deepEqual([fault.found, fault.remedy], ["weeks", "Did you mean `week`?"]);
  });

  it("a commitment misspelt is refused; a partner's own word for one is kept", () => {
    const fault = refused(() => dialect("LIN/FST.fields.2.codes: { Q: frim }"));
    assert.deepEqual(
      [fault.message, fault.remedy],
      ["frim is nearly a word of commitment, and none", "Did you mean `firm`?"],
    );
    assert.equal(refused(() => step("2: { to: commitment, codes: { C: FIRM } }")).remedy, "Did you mean `firm`?");
    assert.equal(refused(() => step("2: { to: commitment, codes: { C: planed } }")).remedy, "Did you mean `planned`?");
    step("2: { to: commitment, codes: { C: firm, D: planned, F: prototype, G: consignment } }");
  });
});

describe("mappings that fit their documents", () => {
  it("are all of the package's", () => {
    const library = loadMappings([path.join(ROOT, "mappings")]);
    assert.ok(library.names().length >= 7);
  });
});
