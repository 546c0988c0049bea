/** Separators of the interchange within data: X12 has no release character, so they are replaced by the partner's rule or refused. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { compareReaders, readByX12Parser } from "../../src/syntax/second-reader.ts";
import type { Delimiters } from "../../src/syntax/segment.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { writeX12Interchange } from "../../src/syntax/x12-writer.ts";
import { plainDate } from "../../src/values/dates.ts";
import { named, writeX12, X12, X12_CONTEXT } from "./support.ts";

const schedule = (text: string): object => ({
  purpose: "replace",
  number: "17",
  quantities: "discrete",
  lines: [
    {
      customerPart: "PART-1",
      texts: [{ text }],
      steps: [{ quantity: "400", timing: "day", from: "2027-03-08", commitment: "firm" }],
    },
  ],
});

/** What a file with this text says of it, read by ours and by another reader. */
async function sentAndRead(text: string, delimiters: Delimiters): Promise<string | undefined> {
  const mapping = named("x12/862");
  const context = { delimiters, setControl: "0001", replaceForbidden: "?" };
  const { result } = writeX12(mapping, schedule(text), context);
  assert.deepEqual(result.findings, []);
  const bytes = writeX12Interchange(
    {
      sender: { qualifier: "ZZ", id: "CALLOFF" },
      receiver: { qualifier: "ZZ", id: "NORDWERK" },
      interchangeControl: 17,
      groupControl: 17,
      functionalId: "SS",
      groupSender: "CALLOFF",
      groupReceiver: "NORDWERK",
      date: plainDate("2027-03-01"),
      time: "0715",
      version: "004010",
      test: false,
      acknowledgementRequested: false,
      delimiters,
      newline: false,
      replaceForbidden: "?",
    },
    [result.set],
  );
  const source = memorySource("file", bytes);
  const { interchanges, findings } = catalogueOf(source);
  assert.deepEqual(findings, []);
  const [interchange] = interchanges;
  const set = interchange?.groups[0]?.sets[0];
  assert.ok(interchange !== undefined && set !== undefined && interchanges.length === 1);
  assert.deepEqual(set.findings, []);
  const segments = [...segmentsOf(source, interchange, set)].flat();
  const theirs = await readByX12Parser(bytes);
  const ours = theirs.filter(([tag]) => ["ISA", "GS", "GE", "IEA"].includes(tag ?? ""));
  assert.deepEqual(
    compareReaders([...ours.slice(0, 2), ...segments.map(({ elements }) => elements), ...ours.slice(2)], theirs).filter(
      ({ known }) => !known,
    ),
    [],
  );
  const { document } = mapping.read([segments], { ...X12_CONTEXT, delimiters });
  const [line] = (document as { lines: { texts: { text?: string }[] }[] }).lines;
  return line?.texts[0]?.text;
}

describe("separators in data", () => {
  it("are refused where the partner names no character for them, with the field's path", () => {
    const { findings } = writeX12(named("x12/862"), schedule("BRACKET~IEA*1*000000017~")).result;
    assert.deepEqual(
      findings.map(({ code, severity, place }) => [code, severity, place.field]),
      [["FIELD_FORBIDDEN_CHARACTER", "reject", "lines[0].texts[0].text"]],
    );
  });

  it("are replaced by the partner's character: the end of an interchange in a description ends nothing", async () => {
    assert.equal(await sentAndRead("BRACKET~IEA*1*000000017~", X12), "BRACKET?IEA?1?000000017?");
  });

  it("are those of the partner's own envelope", async () => {
    const own = { element: "|", component: "<", repetition: "", segment: "'", release: "" };
    assert.equal(await sentAndRead("5|6 < 7 'A*B~C", own), "5?6 ? 7 ?A*B~C");
  });

  it("never change how many segments there are, whatever the text", async () => {
    const text = fc.string({
      unit: fc.constantFrom("~", "*", ">", "^", "A", "1", " ", "I", "E", "\r", "\n"),
      minLength: 1,
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(text, async (held) => {
        fc.pre(held.trim() !== "");
        const expected = held.replaceAll(/[~*>^\r\n]/g, "?").trim();
        assert.equal(await sentAndRead(held, X12), expected);
      }),
      { numRuns: 60 },
    );
  });
});
