import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { z } from "zod";
import { faultInWords } from "../../src/config/faults.ts";
import { partner } from "../../src/config/partner.ts";
import { policy } from "../../src/config/policy.ts";
import { readYaml } from "../../src/config/read-yaml.ts";

const faultsOf = (schema: z.ZodType, text: string): string[] =>
  readYaml("file.yaml", text, schema).faults.map((fault) => `${fault.code} ${faultInWords(fault)}`);

describe("reading a YAML file by its schema", () => {
  const codes = z.strictObject({
    code: z.string(),
    count: z.number().optional(),
    yes: z.enum(["010", "011"]).optional(),
  });

  it("reads codes as the text they are written as: 010 stays 010, 0012 stays 0012", () => {
    assert.deepEqual(readYaml("f", "code: 010\ncount: 010\nyes: 010", codes).value, {
      code: "010",
      count: 10,
      yes: "010",
    });
    assert.equal(readYaml("f", "code: 0012", codes).value?.code, "0012");
    assert.equal(readYaml("f", "code: 1.10", codes).value?.code, "1.10");
    assert.equal(readYaml("f", "code: true", codes).value?.code, "true");
    assert.equal(readYaml("f", "code: 0x1F", codes).value?.code, "0x1F");
  });

  it("reads codes inside lists, tables and alternatives as text, too", () => {
    const read = readYaml(
      "f",
      "name: 7\ntheirs: [{ id: 0012 }]\nours: [{ id: 1e3 }]\nshipTos: { 010: { code: 010 } }",
      partner,
    );
    assert.deepEqual(read.faults, []);
    assert.deepEqual(read.value?.theirs, [{ qualifier: "", id: "0012" }]);
    assert.equal(read.value?.ours[0]?.id, "1e3");
    assert.deepEqual(read.value?.shipTos, { "010": { code: "010" } });
    const tolerant = readYaml("f", "zones: [{ name: 1, increase: { percent: 12.50, days: 3 } }]", policy);
    assert.deepEqual(tolerant.value?.zones[0]?.increase, { percent: "12.50", days: 3 });
  });

  it("takes an empty file for one that says nothing", () => {
    assert.equal(readYaml("f", "", policy).value?.first, "hold");
    assert.deepEqual(faultsOf(codes, "# nothing yet\n"), [
      "CONFIG_MISSING file.yaml, line 1, column 1, code: `code` is missing; expected text (Add `code` here)",
    ]);
  });

  it("names line, column, what was expected and found, and the nearest key of a typing mistake", () => {
    const text = "first: hol\nzones:\n  - name: frozen\n    untilDay: five\n    decrese: any\n";
    assert.deepEqual(faultsOf(policy, text), [
      "CONFIG_VALUE file.yaml, line 1, column 8, first: `first` has a value that is not allowed; expected one of hold, accept; found hol (Did you mean `hold`?)",
      "CONFIG_VALUE file.yaml, line 4, column 15, zones[0].untilDay: `zones[0].untilDay` has a value that is not allowed; expected a number; found five (Correct the value)",
      "CONFIG_KEY file.yaml, line 5, column 5, zones[0].decrese: `zones[0].decrese` is not a setting; expected one of name, untilDay, commitments, increase, decrease; found decrese (Did you mean `decrease`?)",
    ]);
  });

  it("says of an alternative what is wrong with the one that was meant", () => {
    assert.deepEqual(faultsOf(policy, "zones: [{ name: a, increase: { quantity: 1.1234567 } }]"), [
      "CONFIG_VALUE file.yaml, line 1, column 42, zones[0].increase.quantity: `zones[0].increase.quantity` has a value that is not allowed; expected a decimal number with at most six decimals; found 1.1234567 (Correct the value)",
    ]);
    assert.deepEqual(faultsOf(policy, "zones: [{ name: a, increase: { percnt: 1 } }]"), [
      "CONFIG_KEY file.yaml, line 1, column 32, zones[0].increase.percnt: `zones[0].increase.percnt` is not a setting; expected one of quantity, percent, days, cumulative; found percnt (Did you mean `percent`?)",
    ]);
    assert.match(
      faultsOf(policy, "zones: [{ name: a, increase: all }]")[0] as string,
      /expected any, or a group of settings; found all/,
    );
  });

  it("refuses a key given twice, broken syntax, an unknown tag and a bomb of aliases", () => {
    assert.match(
      faultsOf(codes, "code: a\ncode: b")[0] as string,
      /^CONFIG_SYNTAX file.yaml, line 2, column 1: Map keys must be unique/,
    );
    assert.match(faultsOf(codes, "code: [a\n")[0] as string, /^CONFIG_SYNTAX file.yaml, line \d/);
    assert.match(faultsOf(codes, "code: !!js/function x")[0] as string, /^CONFIG_SYNTAX/);
    const levels = Array.from(
      { length: 12 },
      (_, n) => `l${n + 1}: &l${n + 1} [${Array(10).fill(`*l${n}`).join(", ")}]`,
    );
    assert.match(
      faultsOf(codes, `l0: &l0 a\n${levels.join("\n")}`)[0] as string,
      /^CONFIG_SYNTAX .*its aliases stand for too much/,
    );
  });

  it("treats __proto__ and constructor as keys like any other: unknown", () => {
    assert.match(
      faultsOf(codes, "code: a\n__proto__: { polluted: true }")[0] as string,
      /^CONFIG_KEY .*line 2, column 1/,
    );
    assert.match(faultsOf(codes, "code: a\nconstructor: x")[0] as string, /^CONFIG_KEY/);
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });

  it("reads back any text that was written by a YAML writer", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.equal(readYaml("f", stringify({ code: text }), codes).value?.code, text);
      }),
    );
  });

  it("never throws, whatever the file holds", () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom("a", ":", " ", "\n", "-", "[", "{", "}", "&", "*", "!", "'", '"', "#", "?"),
        }),
        (text) => {
          const read = readYaml("f", text, codes);
          assert.ok(read.value !== undefined || read.faults.length > 0);
        },
      ),
    );
  });
});
