/** Files as retailers, suppliers and translators of others send them: read without a finding, nothing lost, and the same when written and read again. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { checkFile } from "../../src/answers/check-file.ts";
import { mappingFor, readContext } from "../../src/answers/check-set.ts";
import type { CheckedFile } from "../../src/answers/checked-file.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { writtenBack } from "../tools/conformance-again.ts";
import { droppedElements } from "../tools/conformance-elements.ts";
import { library, ROOT } from "./support.ts";

const settings = { library, lenient: [] };
const bytesOf = (file: string): Buffer => readFileSync(path.join(ROOT, "test/fixtures/other-senders", file));

/** The document of the first set, once nothing was found wrong with the file and nothing of it is lost. */
async function documentOf<T>(file: string): Promise<T> {
  const source = memorySource(file, bytesOf(file));
  const checked = await checkFile(source, settings);
  assert.deepEqual(
    findingsOf(checked).map(({ code, place: { element, tag } }) => `${tag ?? ""} ${element ?? ""} ${code}`),
    [],
  );
  for (const interchange of catalogueOf(source).interchanges) {
    for (const group of interchange.groups) {
      for (const set of group.sets) {
        const mapping = mappingFor(interchange, group, set, settings);
        assert.ok(mapping);
        const context = readContext(source, interchange, set, settings);
        const segments = [...segmentsOf(source, interchange, set)].flat();
        assert.deepEqual(droppedElements(mapping, segments, context), []);
        assert.deepEqual(writtenBack(mapping, segments, context), { faults: [], notes: [] });
      }
    }
  }
  const [set] = checked.interchanges.flatMap(({ groups }) => groups.flatMap(({ sets }) => sets));
  assert.ok(set?.document);
  return set.document as T;
}

const findingsOf = (checked: CheckedFile) =>
  [
    checked,
    ...checked.interchanges,
    ...checked.interchanges.flatMap(({ groups }) => groups.flatMap((group) => [group, ...group.sets])),
  ].flatMap(({ findings }) => findings);

interface Line {
  readonly customerPart?: string;
  readonly gtin?: string;
  readonly priceBasis?: string;
  readonly level?: string;
}
interface Held {
  readonly lines: readonly Line[];
  readonly [name: string]: unknown;
}

describe("a retailer's X12", () => {
  it("names a guide of its own in ST03, and its group the version; prices are wholesale, items have bar codes", async () => {
    const { lines, total } = await documentOf<Held>("810-retail.edi");
    assert.equal(total, "588.05");
    assert.deepEqual(
      lines.map(({ customerPart, gtin, priceBasis }) => [customerPart, gtin, priceBasis]),
      [
        ["55012345", "012345678905", "1"],
        [undefined, "10012345678902", "QT"],
      ],
    );
  });

  it("says in the shipment's level of an 856 when it left and when it arrives", async () => {
    const { arrivesOn, lines, shippedOn } = await documentOf<Held>("856-pick-and-pack.edi");
    assert.deepEqual([shippedOn, arrivesOn], ["2027-02-28", "2027-03-03"]);
    assert.deepEqual(
      lines.filter(({ level }) => level === "item").map(({ gtin }) => gtin),
      ["012345678905", "10012345678902"],
    );
  });

  it("names composites in the context of a 999 by their letter", async () => {
    const { sets } = await documentOf<{ sets: { segments?: { contexts?: object[] }[] }[] }>("999-contexts.edi");
    const context = sets[0]?.segments?.[0]?.contexts?.[1] as Record<string, unknown>;
    assert.deepEqual([context["elementNumber"], context["componentNumber"]], ["C023", "1325"]);
  });
});

describe("EDIFACT of retail and of utilities", () => {
  it("has periods, years and lengths of time where others have days: they are listed", async () => {
    const note = await documentOf<Held>("desadv-eancom.edi");
    assert.deepEqual(note["dates"], undefined);
    const { dates } = await documentOf<{ dates: { kind: string; on: string }[] }>("invoic-eancom.edi");
    assert.deepEqual(
      dates.map(({ kind, on }) => [kind, on]),
      [["35", "2027-02-27"]],
    );
  });

  it("writes its time with the hours from UTC, in directories younger than the mapping", async () => {
    const { issuedAt, issuedOn } = await documentOf<Record<string, string>>("aperak-zones.edi");
    assert.deepEqual([issuedOn, issuedAt], ["2027-03-01", "0930"]);
  });

  it("says in an invoice when it is due and what its taxes come to by codes of their own", async () => {
    const { taxes, terms } = await documentOf<{ taxes: { amount: string }[]; terms: { dueOn: string } }>(
      "invoic-utility.edi",
    );
    assert.equal(terms.dueOn, "2027-03-15");
    assert.equal(taxes[0]?.amount, "19.96");
  });
});

describe("a utility's 810", () => {
  it("says whose currency it is in by a code that is not listed here, and items have no quantity", async () => {
    const { currency, currencyRole, lines } = await documentOf<Held>("810-utility.edi");
    assert.deepEqual([currency, currencyRole, lines.length], ["USD", "85", 2]);
  });
});

describe("a VDA 4913 with texts", () => {
  it("has them behind its load and its notes, where they are listed, and behind its items", async () => {
    const { lines } = await documentOf<{ lines: { texts: { text: string }[]; packs: object[] }[] }>("4913-texts.txt");
    assert.deepEqual(
      lines.map(({ packs, texts }) => [packs.length, texts.map(({ text }) => text.split(" ")[0])]),
      [[2, ["POS", "ENDE"]]],
    );
  });
});
