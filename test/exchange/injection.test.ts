/** Whatever a text of ours holds, what is written is read by both readers as that text, or it is not written. */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { ShipNotice } from "../../src/documents/ship-notice.ts";
import { renderEdi } from "../../src/exchange/render-edi.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { compareReaders, readByX12Parser } from "../../src/syntax/second-reader.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { instantOf } from "../../src/values/clock.ts";
import { CalloffError, coerceError } from "../../src/values/errors.ts";
import { library } from "../mapping/support.ts";
import { partnerWith } from "../support/seed.ts";

const notice = (name: string, street: string, part: string, description: string): ShipNotice => ({
  purpose: "original",
  number: "SH-000012",
  issuedOn: "2027-03-01",
  issuedAt: "0730",
  structure: "0001",
  shippedOn: "2027-03-01",
  parties: [
    { role: "ship-to", name, street, scheme: "customer", code: "PLANT1" },
    { role: "ship-from", name: "Example", scheme: "customer", code: "SUP01" },
  ],
  lines: [{ number: "10", customerPart: part, description, quantity: "400", unit: "PC", cumulative: "400" }],
});

/** Text in which what separates, ends and begins segments is likely. */
const text = fc
  .array(
    fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom("Bracket", " left", "K\u00f6ln", "X'+UNT+1'", ":", "?", "12", "a:b") },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          "~",
          "*",
          ">",
          "^",
          "\r",
          "\n",
          "\r\n",
          "\0",
          "\u001c",
          "\u0085",
          "~IEA*1*000000001~",
          "*SE*2*0001~",
        ),
      },
      { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 2 }) },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join(""));

const identities = { theirs: [{ qualifier: "ZZ", id: "ACME" }], ours: [{ qualifier: "ZZ", id: "OURS" }] };
const numbers = { interchange: 7, group: 7 };

describe("text on its way out", () => {
  for (const replaceForbidden of [undefined, "."]) {
    it(`never becomes a segment or an element: equal after reading, or refused${replaceForbidden === undefined ? "" : ", or replaced"}`, async () => {
      const partner = partnerWith("acme", {
        ...identities,
        ...(replaceForbidden === undefined ? {} : { replaceForbidden }),
      });
      const counts = { written: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(text, text, text, text, async (name, street, part, description) => {
          const job = {
            kind: "ship-notice" as const,
            document: notice(name, street, part, description),
            partner,
            instant: instantOf("2027-03-01T06:00:00Z"),
            timeZone: "UTC",
          };
          let bytes: Buffer;
          try {
            const rendered = await renderEdi(library, job, numbers);
            assert.deepEqual([rendered.differences, rendered.unread], [[], undefined]);
            ({ bytes } = rendered);
          } catch (thrown) {
            const error = coerceError(thrown);
            assert.ok(error instanceof CalloffError && /DOCUMENT|FORBIDDEN/.test(error.code), error.stack);
            counts.refused += 1;
            return;
          }
          counts.written += 1;
          const source = memorySource("out.edi", bytes);
          const { findings, interchanges } = catalogueOf(source);
          const [interchange] = interchanges;
          assert.ok(interchange !== undefined && interchanges.length === 1 && findings.length === 0);
          const [set] = interchange.groups.flatMap(({ sets }) => sets);
          assert.ok(set !== undefined);
          const ours = [...segmentsOf(source, interchange, set)].flat().map(({ elements }) => [...elements]);
          const tags = ours.map(([tag]) => tag);
          assert.equal(tags.filter((tag) => tag === "PID").length, 1);
          assert.equal(tags.filter((tag) => tag === "N1").length, 2);
          const theirs = (await readByX12Parser(bytes, interchange.delimiters)).slice(2, -2);
          assert.deepEqual(
            compareReaders(ours, theirs, interchange.delimiters.component).filter(({ known }) => !known),
            [],
          );
          if (replaceForbidden !== undefined) return;
          const read = ours.find(([tag]) => tag === "PID")?.[5];
          assert.equal(read?.trim(), Buffer.from(description, "latin1").toString("latin1").trim());
        }),
        { numRuns: 400 },
      );
      assert.ok(counts.refused > 20 && counts.written > 20, JSON.stringify(counts));
    });
  }

  it("is written as it is where nothing in it separates", async () => {
    const partner = partnerWith("acme", identities);
    const job = {
      kind: "ship-notice" as const,
      document: notice("Werk K\u00f6ln", "a:b'c+d?e", "P-1", "X'+UNT+1+1'"),
      partner,
      instant: instantOf("2027-03-01T06:00:00Z"),
      timeZone: "UTC",
    };
    const { bytes } = await renderEdi(library, job, numbers);
    assert.match(bytes.toString("latin1"), /PID\*F\*\*\*\*X'\+UNT\+1\+1'~/);
    assert.match(bytes.toString("latin1"), /N3\*a:b'c\+d\?e~/);
  });
});
