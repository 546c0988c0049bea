/** Every 830, 862, 866, 997, 999, 824, 856 and 810 of the public samples: read, accounted for, valid by its document's schema. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { deliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { DOCUMENT_SCHEMAS, type DocumentKind } from "../../src/documents/schemas.ts";
import { shipNotice } from "../../src/documents/ship-notice.ts";
import { loadMappings, type Reading } from "../../src/mapping/library.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { hasCorpus, ofCorpus } from "../support/corpus.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const library = loadMappings([path.join(ROOT, "mappings")]);

interface ReadSet {
  readonly document: DocumentKind;
  readonly segments: number;
  readonly reading: Reading;
}

/** Reads all sets of a file that a mapping fits. */
function readSets(file: string): ReadSet[] {
  const source = memorySource(file, readFileSync(ofCorpus("x12", file)));
  return catalogueOf(source).interchanges.flatMap((interchange) =>
    interchange.groups.flatMap((group) =>
      group.sets.flatMap((set) => {
        const version = set.version === "" ? group.version : set.version;
        const mapping = library.fitting({
          family: interchange.family,
          type: set.type,
          version,
          functionalId: group.functionalId,
        });
        if (mapping === undefined) return [];
        const reading = mapping.read(segmentsOf(source, interchange, set), {
          family: interchange.family,
          delimiters: interchange.delimiters,
          version,
          charset: "latin1",
          sentOn: interchange.sentOn,
        });
        return [{ document: mapping.document, segments: set.segments, reading }];
      }),
    ),
  );
}

/** Findings as `AK302 ELEMENT_NOT_READABLE`. */
const inShort = ({ reading }: ReadSet, severity: string): string[] =>
  reading.findings
    .filter((finding) => finding.severity === severity)
    .map(({ place, code }) => `${place.tag}${place.element === undefined ? "" : `0${place.element}`} ${code}`);

describe("the public samples", function () {
  before(function () {
    if (!hasCorpus) this.skip();
  });

  for (const type of ["830", "862", "866", "997", "999", "824", "856", "810"]) {
    it(`${type}: every segment is accounted for, nothing rejects, and the document is valid`, () => {
      const files = readdirSync(ofCorpus("x12", type)).map((file) => `${type}/${file}`);
      assert.ok(files.length > 0);
      for (const file of files) {
        const sets = readSets(file);
        assert.ok(sets.length > 0, file);
        for (const set of sets) {
          const { accounted, document, unknown } = set.reading;
          assert.equal(accounted.segments, set.segments, file);
          assert.equal(accounted.mapped + accounted.unknown, accounted.segments, file);
          assert.deepEqual(unknown, [], file);
          assert.deepEqual(inShort(set, "reject"), [], file);
          const checked = DOCUMENT_SCHEMAS[set.document].safeParse(document);
          assert.ok(checked.success, `${file}: ${checked.error?.message}`);
        }
      }
    });
  }

  it("830 of Nissan: six flexible buckets with references, the cumulative as shipped, two lines of one part", () => {
    const [set] = readSets("830/irobayna-stupidedi__PS830-pass-1.edi");
    const document = deliverySchedule.parse(set?.reading.document);
    assert.equal(document.basis, "shipment");
    assert.deepEqual(
      document.lines.map((line) => [line.parties?.[0]?.role, line.account?.cumulative, line.steps?.length]),
      [
        ["ship-from", "24", 6],
        ["ship-to", "20", 1],
      ],
    );
    assert.deepEqual(document.lines[0]?.steps?.[5], {
      segment: 15,
      pattern: { days: "Y", time: "Y" },
      quantity: "3",
      commitment: "planned",
      timing: "range",
      from: "2003-04-01",
      to: "2004-01-28",
      referenceKind: "PLN",
      reference: "0259013901",
    });
    assert.deepEqual(set?.reading.unmapped, []);
  });

  it("830 of 1989: years of two digits are read beside the envelope's date, a wrong hash total is tolerated", () => {
    const [set] = readSets("830/hellooops-vscode-edi-support__x12-parser-test-830-legacy.edi");
    const document = deliverySchedule.parse(set?.reading.document);
    assert.equal(document.horizon?.from, "1988-08-01");
    assert.deepEqual(document.lines[0]?.account, {
      cumulative: "18300",
      kind: "shipped",
      date: "1988-08-01",
      until: "1989-02-14",
      note: "72396",
    });
    assert.deepEqual(
      set?.reading.findings.map(({ code, severity, expected, found, place }) => ({
        code,
        severity,
        expected,
        found,
        inSet: place.inSet,
        element: place.element,
      })),
      [{ code: "SUM_DIFFERS", severity: "tolerated", expected: "56700", found: "115200", inSet: 10, element: 2 }],
    );
  });

  it("856 by AIAG: cumulative shipped, blanket and release number, container labels", () => {
    const [set] = readSets("856/inteligenz-x12parser__ORD-_856-Example2.txt");
    const document = shipNotice.parse(set?.reading.document);
    assert.equal(document.lines.length, 2);
    const [line] = document.lines;
    assert.equal(line?.quantity, "1400");
    assert.equal(line?.cumulative, "6000");
    assert.equal(line?.blanketNumber, "B00000389");
    assert.equal(line?.releaseNumber, "0005");
    assert.deepEqual(
      line?.packs?.[0]?.labels?.map(({ number }) => number),
      ["798412", "798413"],
    );
  });

  it("862 of the SEEBURGER kind: a call-off with delivery orders, the last receipt and the cumulative, terminated either way", () => {
    const [set] = readSets("862/david-blackwood-edifact_rails__ansix12.edi");
    const [other] = readSets("862/david-blackwood-edifact_rails__ansix12_newlines.edi");
    assert.deepEqual(other?.reading.document, set?.reading.document);
    const document = deliverySchedule.parse(set?.reading.document);
    assert.deepEqual(
      [document.layer, document.horizon, document.orderNumber],
      ["call-off", { from: "2023-10-14", to: "2023-12-03" }, "ORDER1"],
    );
    const [line] = document.lines;
    assert.deepEqual(
      line?.steps?.map(({ quantity, from, reference }) => [quantity, from, reference]),
      [
        ["13", "2023-10-29", "12345-1"],
        ["77", "2023-11-19", "12345-2"],
        ["68", "2023-12-03", "12345-3"],
      ],
    );
    assert.deepEqual([line?.last?.note, line?.account?.cumulative], ["Q5880", "8557"]);
  });

  it("999 with errors before its groups: a segment out of place, one too many, a code, a number", () => {
    const [set] = readSets("invalid/xlate-staedi__invalid999.edi");
    assert.ok(set);
    assert.deepEqual(
      set.reading.findings.map(({ code, place }) => [code, place.tag, place.inSet]),
      [
        ["SEGMENT_UNKNOWN", "IK5", 2],
        ["ELEMENT_TOO_MANY", "AK2", 4],
        ["ELEMENT_CODE_UNLISTED", "IK5", 5],
        ["SEGMENT_TOO_MANY", "IK5", 6],
      ],
    );
  });

  it("997 with AK1 and AK9 missing: both are missing before the trailer, segment 2", () => {
    const [set] = readSets("invalid/xlate-staedi__empty997.edi");
    assert.ok(set);
    assert.deepEqual(inShort(set, "reject"), ["AK1 SEGMENT_MISSING", "AK9 SEGMENT_MISSING"]);
    assert.deepEqual(
      set.reading.findings.map(({ place, ack }) => [place.inSet, ack?.segment]),
      [
        [2, "3"],
        [2, "3"],
      ],
    );
  });

  it("997 with a functional identifier nobody knows and a data element number that is none", () => {
    const [set] = readSets("invalid/xlate-staedi__invalid997.edi");
    assert.ok(set);
    assert.deepEqual(inShort(set, "reject"), [
      "AK101 ELEMENT_TOO_LONG",
      "AK101 ELEMENT_CODE_UNLISTED",
      "AK402 ELEMENT_NOT_READABLE",
    ]);
  });

  it("997 with a functional identifier that is none", () => {
    const [set] = readSets("invalid/xlate-staedi__invalid997_min.edi");
    assert.ok(set);
    assert.ok(inShort(set, "reject").includes("AK101 ELEMENT_CODE_UNLISTED"));
  });

  it("997 with repetitions and components where none belong: AK302 and the elements behind it", () => {
    const [set] = readSets("invalid/xlate-staedi__extraDelimiter997.edi");
    assert.ok(set);
    assert.deepEqual(inShort(set, "reject"), ["AK302 ELEMENT_NOT_READABLE"]);
    assert.ok(inShort(set, "tolerated").includes("AK404 ELEMENT_TOO_MANY"));
    assert.ok(set.reading.unmapped.some(({ found, repetition }) => found === "AK302-R2" && repetition === 2));
  });

  it("856 with other terminators in the middle: a segment of too many elements, nothing is lost", () => {
    const [set] = readSets("invalid/irobayna-stupidedi__SH856-004010-fail-2.edi");
    assert.ok(set);
    assert.ok(inShort(set, "tolerated").includes("N107 ELEMENT_TOO_MANY"));
    assert.ok(set.reading.unmapped.some(({ found }) => found === "BEAUPORT"));
  });
});
