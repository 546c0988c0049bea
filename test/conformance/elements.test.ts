/** Elements are tried one by one: what a reader swallows without a word is found. */
import assert from "node:assert/strict";
import type { CompiledMapping } from "../../src/mapping/library.ts";
import { EDIFACT, NONE, named, segmentsFrom, X12_CONTEXT } from "../mapping/support.ts";
import { writtenBack } from "../tools/conformance-again.ts";
import { droppedElements } from "../tools/conformance-elements.ts";

const SEGMENTS = segmentsFrom(`ST*830*0001
BFR*05**R17*DL*A*20270301*20270901*20270301***C-1
LIN*1*BP*PART-1*PO*550001
UIT*PC
FST*400*C*W*20270308
CTT*1*400
SE*7*0001`);

/** A mapping that does not see what stands in one element. */
const blindTo = (mapping: CompiledMapping, tag: string, element: number): CompiledMapping => ({
  ...mapping,
  read: (batches, context) =>
    mapping.read(
      [...batches].map((batch) =>
        batch.map((segment) =>
          segment.tag === tag
            ? { ...segment, elements: segment.elements.map((text, at) => (at === element ? "" : text)) }
            : segment,
        ),
      ),
      context,
    ),
});

describe("every element of a set", () => {
  const mapping = named("x12/830");

  it("is mapped or listed", () => {
    assert.deepEqual(droppedElements(mapping, SEGMENTS, X12_CONTEXT), []);
  });

  it("or else is named", () => {
    assert.deepEqual(droppedElements(blindTo(mapping, "BFR", 8), SEGMENTS, X12_CONTEXT), [
      'segment 2 BFR08 "20270301"',
    ]);
    assert.deepEqual(droppedElements(blindTo(mapping, "LIN", 5), SEGMENTS, X12_CONTEXT), ['segment 3 LIN05 "550001"']);
  });

  it("is listed with the component beside it", () => {
    const advice = segmentsFrom(
      "UNH+1+RECADV:D:07A:UN\nBGM+632+RA-5+9\nRFF+AAK:N-5\nLIN+1++40067381:EN\nQTY+48:5\nLIN+2++40067398:EN\nQTY+48:7\nUNT+8+1",
      "+",
    );
    const context = { ...X12_CONTEXT, family: "edifact" as const, delimiters: EDIFACT, version: "D:07A" };
    assert.deepEqual(droppedElements(named("edifact/recadv"), advice, context), []);
    assert.deepEqual(droppedElements(blindTo(named("edifact/recadv"), "LIN", 3), advice, context).length, 4);
  });

  it("is listed with what other records hold at its place", () => {
    const records = [
      "711030000001  000000002000010000227030100",
      "7120300000012",
      "7130300088124",
      "71603TEXT OF A NOTE",
      "71603AND SOME MORE",
      "71403PART-1                                      0000000400000ST",
      "71902",
    ].map((text, at) => {
      const elements = [text.slice(0, 3), text.padEnd(128)];
      return { tag: text.slice(0, 3), elements, byte: at * 128, line: at + 1, ordinal: at + 1, inSet: at + 1 };
    });
    const context = { ...X12_CONTEXT, family: "fixed" as const, delimiters: NONE, version: "03" };
    assert.deepEqual(droppedElements(named("fixed/4913"), records, context), []);
    assert.deepEqual(droppedElements(blindTo(named("fixed/4913"), "716", 1), records, context), [
      'segment 4 71601 "TEXT"',
      'segment 4 71601 "OF"',
      'segment 4 71601 "A"',
      'segment 4 71601 "NOTE"',
      'segment 5 71601 "AND"',
      'segment 5 71601 "SOME"',
      'segment 5 71601 "MORE"',
    ]);
  });

  it("comes back when the document is written and read again, or the difference is named", () => {
    assert.deepEqual(writtenBack(mapping, SEGMENTS, X12_CONTEXT), { faults: [], notes: [] });
    const forgetful: CompiledMapping = {
      ...mapping,
      write: (document, context) => mapping.write({ ...(document as object), releaseNumber: "R18" }, context),
    };
    assert.deepEqual(writtenBack(forgetful, SEGMENTS, X12_CONTEXT).faults, [
      'written back it is another document: releaseNumber was "R17", is "R18"',
    ]);
  });
});
