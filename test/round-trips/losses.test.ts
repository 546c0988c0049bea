/**
 * Every mapping is written and read back with documents made from the document's own schema: what comes back is what was
 * written, except for the fields that the mapping says it loses; and those it does lose.
 */
import assert from "node:assert/strict";
import { mappingFromText } from "../../src/mapping/library.ts";
import { library } from "../mapping/support.ts";
import { type Evidence, exactLoses, isListed, type Losses, lossesOf } from "./losses.ts";

const SEED = Number(process.env["CALLOFF_TEST_SEED"] ?? "20270301");

/** What is wrong with a mapping's list of losses, each in one sentence. */
function wrongIn(losses: Losses): string[] {
  const { mapping, evidence, differences, written, tried } = losses;
  const all = [...evidence.values()];
  const listed = ({ path }: Evidence) => isListed(mapping.loses, path);
  return [
    ...all
      .filter((held) => listed(held) && held.survived > 0)
      .map(({ path }) => `${path} is listed under loses, and survives`),
    ...all
      .filter((held) => !listed(held) && held.survived === 0)
      .map(({ path, example }) => `${path} is lost, and not listed: ${example}`),
    ...all
      .filter((held) => !listed(held) && held.survived > 0 && held.lost > 0)
      .map(({ path, example }) => `${path} is lost at times: ${example}`),
    ...new Set(differences),
    ...(written * 2 < tried ? [`of ${tried} documents only ${written} could be written`] : []),
  ];
}

const told = (losses: Losses): string => {
  const wrong = wrongIn(losses);
  return `${wrong.slice(0, 6).join("\n")}\n${wrong.length} in all; the list should be\nloses: [ ${exactLoses(losses).join(", ")} ]`;
};

describe("a document written with a mapping and read again", function () {
  this.timeout(300_000);
  for (const name of library.names()) {
    it(`is the same but for what ${name} says it loses`, () => {
      const mapping = library.named(name);
      assert.ok(mapping);
      const losses = lossesOf(mapping, SEED, 3, 60);
      assert.deepEqual(wrongIn(losses).length, 0, told(losses));
    });
  }
});

describe("what the round trip finds", () => {
  const HEAD = "syntax: x12\nmessage: { set: 824 }\ndocument: remittance-advice\n";
  const mappingOf = (lines: string) => mappingFromText("x12/try", `${HEAD}lines:\n${lines}`);
  const trying = (lines: string) => lossesOf(mappingOf(lines), 1);

  it("a field that no line has", () => {
    const losses = trying("  - BGN: { times: 1, fields: { 2: number } }\n");
    assert.match(wrongIn(losses).join("\n"), /^currency is lost, and not listed/m);
    assert.ok(!wrongIn(losses).some((wrong) => wrong.startsWith("number ")));
  });

  it("a listed field that survives", () => {
    const losses = lossesOf({ ...mappingOf("  - BGN: { times: 1, fields: { 2: number } }\n"), loses: ["number"] }, 1);
    assert.match(wrongIn(losses).join("\n"), /^number is listed under loses, and survives$/m);
  });

  it("a field that another line takes for its own when the message is read", () => {
    const losses = trying(
      [
        "  - BGN: { times: 1, fields: { 2: number } }",
        "  - N1: { times: 0..9, opens: parties, fields: { 1: { to: role, use: must } }, then: [ { CUR: { fields: { 2: name } } } ] }",
        "  - CUR: { fields: { 2: currency } }",
        "",
      ].join("\n"),
    );
    const differences = losses.differences.join("\n");
    assert.match(differences, /currency/);
  });
});
