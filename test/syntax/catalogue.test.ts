import assert from "node:assert/strict";
import { contentOf, findingsOf, fixture, inShort, latin1, readAll } from "./reading.ts";

const WEEKLY = fixture("830-weekly.edi").toString("latin1");
/** What `catalogueOf` finds wrong when `from` is replaced in the weekly schedule. */
const wrong = (from: string | RegExp, to: string): string[] => {
  const changed = WEEKLY.replace(from, to);
  assert.notEqual(changed, WEEKLY);
  return findingsOf(readAll(latin1(changed)).catalogue).map((finding) => {
    const { byte = 0, line, tag = "" } = finding.place;
    assert.ok(changed.startsWith(tag, byte), `${tag} at byte ${byte}`);
    assert.equal(line, changed.slice(0, byte).split("\n").length);
    return inShort(finding);
  });
};

const dated = (from: string, to: string) => readAll(latin1(WEEKLY.replace(from, to))).catalogue.interchanges[0]?.sentOn;

const codes = (text: string | Buffer): string[] =>
  findingsOf(readAll(typeof text === "string" ? latin1(text) : text).catalogue).map((finding) => finding.code);

describe("the catalogue of a file", () => {
  it("says who sent what to whom, when, under which numbers", () => {
    const [interchange] = readAll(fixture("830-weekly.edi")).catalogue.interchanges;
    assert.equal(interchange?.family, "x12");
    assert.deepEqual(interchange?.sender, { qualifier: "ZZ", id: "NORDWERK" });
    assert.deepEqual(interchange?.receiver, { qualifier: "01", id: "047110815" });
    assert.equal(interchange?.control, "000000412");
    assert.equal(interchange?.version, "00401");
    assert.equal(`${interchange?.sentOn} ${interchange?.sentAt}`, "2026-03-02 07:15");
    assert.equal(interchange?.acknowledgementRequested, true);
    assert.equal(interchange?.test, false);
    assert.equal(interchange?.complete, true);
    const [group] = interchange?.groups ?? [];
    assert.deepEqual(
      [group?.functionalId, group?.sender, group?.receiver, group?.control, group?.version, group?.stated],
      ["PS", "NORDWERK", "CALLOFF", "412", "004010", "1"],
    );
    const [set] = group?.sets ?? [];
    assert.deepEqual([set?.type, set?.control, set?.segments, set?.firstSegment], ["830", "0001", 31, 3]);
  });

  it("gives every segment its byte, line and ordinals", () => {
    const [segments = []] = readAll(fixture("830-weekly.edi")).sets;
    const step = segments[11];
    assert.deepEqual(step?.elements, ["FST", "480", "C", "D", "20260311"]);
    assert.equal(step?.line, 14);
    assert.equal(step?.ordinal, 14);
    assert.equal(step?.inSet, 12);
    assert.equal(WEEKLY.slice(step?.byte, (step?.byte ?? 0) + 7), "FST*480");
  });

  it("takes the envelope's date from GS04 of eight digits, else from the header, read as 1970 to 2069", () => {
    assert.equal(dated("CALLOFF*20260302", "CALLOFF*20260301"), "2026-03-01");
    assert.equal(dated("CALLOFF*20260302", "CALLOFF*260301"), "2026-03-02");
    assert.equal(readAll(fixture("830-cumulative-unpadded.edi")).catalogue.interchanges[0]?.sentOn, "1997-01-06");
  });

  it("holds counts and control numbers of every trailer against what was found", () => {
    assert.deepEqual(wrong("SE*31*", "SE*30*"), ["SYNTAX_SEGMENT_COUNT reject SE01, segment 33"]);
    assert.deepEqual(wrong("SE*31*0001", "SE*31*0002"), ["SYNTAX_SET_CONTROL reject SE02, segment 33"]);
    assert.deepEqual(wrong("GE*1*", "GE*2*"), ["SYNTAX_SET_COUNT reject GE01, segment 34"]);
    assert.deepEqual(wrong("GE*1*412", "GE*1*421"), ["SYNTAX_GROUP_CONTROL reject GE02, segment 34"]);
    assert.deepEqual(wrong("IEA*1*", "IEA*0*"), ["SYNTAX_GROUP_COUNT reject IEA01, segment 35"]);
    assert.deepEqual(wrong("IEA*1*000000412", "IEA*1*000000413"), [
      "SYNTAX_INTERCHANGE_CONTROL reject IEA02, segment 35",
    ]);
  });

  it("gives each of them its code for the acknowledgement", () => {
    const acks = [
      ["SE*31*", "SE*30*"],
      ["SE*31*0001", "SE*31*0002"],
      ["GE*1*", "GE*2*"],
      ["GE*1*412", "GE*1*421"],
      ["IEA*1*", "IEA*0*"],
      ["IEA*1*000000412", "IEA*1*000000413"],
    ].map(([from = "", to = ""]) => findingsOf(readAll(latin1(WEEKLY.replace(from, to))).catalogue)[0]?.ack);
    assert.deepEqual(acks, [
      { set: "4" },
      { set: "3" },
      { group: "5" },
      { group: "4" },
      { interchange: "021" },
      { interchange: "001" },
    ]);
  });

  it("compares numeric control numbers as numbers, those of sets as text", () => {
    assert.deepEqual(findingsOf(readAll(latin1(WEEKLY.replace("GE*1*412", "GE*01*0412"))).catalogue), []);
    assert.deepEqual(wrong("SE*31*0001", "SE*31*1"), ["SYNTAX_SET_CONTROL reject SE02, segment 33"]);
  });

  it("finds trailers that are missing", () => {
    assert.deepEqual(wrong("SE*31*0001~\n", ""), ["SYNTAX_SET_TRAILER reject GE, segment 33"]);
    assert.deepEqual(wrong("GE*1*412~\n", ""), ["SYNTAX_GROUP_TRAILER reject IEA, segment 34"]);
  });

  it("finds segments that stand outside of sets and groups", () => {
    assert.deepEqual(wrong("GE*1*412", "N1*ST~\nGE*1*412"), ["SYNTAX_NESTING reject N1, segment 34"]);
    assert.deepEqual(wrong("IEA*1*", "SE*2*0001~IEA*1*"), ["SYNTAX_NESTING reject SE, segment 35"]);
    assert.deepEqual(wrong(/GS\*PS.*~\n/, ""), [
      "SYNTAX_NESTING reject ST, segment 2",
      "SYNTAX_GROUP_COUNT reject IEA01, segment 34",
      "SYNTAX_NESTING reject GE, segment 33",
    ]);
  });

  it("lets TA1 and the interchange services stand between ISA and GS", () => {
    const with3 = WEEKLY.replace("GS*PS", "TA1*000000001*260301*0700*A*000~\nISB*1~\nISE*260302*0715*04~\nGS*PS");
    assert.deepEqual(findingsOf(readAll(latin1(with3)).catalogue), []);
  });

  it("checks date, time and number of a group", () => {
    assert.deepEqual(wrong("*20260302*0715*412*X", "*20260230*2515*x*X"), [
      "SYNTAX_GROUP_HEADER reject GS04, segment 2",
      "SYNTAX_GROUP_HEADER reject GS05, segment 2",
      "SYNTAX_GROUP_HEADER reject GS06, segment 2",
      "SYNTAX_GROUP_CONTROL reject GE02, segment 34",
    ]);
  });

  it("notes a set in another functional group than its own, and two sets of one number, but reads them", () => {
    assert.deepEqual(wrong("GS*PS", "GS*PO"), ["SYNTAX_GROUP_MISMATCH tolerated ST01, segment 3"]);
    const two = fixture("830-two-interchanges.edi").toString("latin1").replaceAll("*0002", "*0001");
    assert.deepEqual(
      findingsOf(readAll(latin1(two)).catalogue).map((finding) => [finding.code, finding.severity, finding.ack]),
      [["SYNTAX_SET_CONTROL_REPEATED", "tolerated", { set: "23" }]],
    );
  });

  it("reports empty segments and reads on", () => {
    const read = readAll(latin1(WEEKLY.replace("UIT*EA~\n", "UIT*EA~~\n")));
    assert.deepEqual(findingsOf(read.catalogue).map(inShort), ["SYNTAX_EMPTY_SEGMENT tolerated, segment 9"]);
    assert.deepEqual(contentOf(read), contentOf(readAll(fixture("830-weekly.edi"))));
  });

  it("reports comment lines and reads the segments between them", () => {
    const read = readAll(latin1(`// of us\n${WEEKLY.replace("UIT*EA~\n", "UIT*EA~ // each\n// new\n")}// end`));
    assert.deepEqual(findingsOf(read.catalogue).map(inShort), [
      "SYNTAX_STRAY_TEXT reject, segment -",
      "SYNTAX_STRAY_TEXT reject, segment -",
      "SYNTAX_STRAY_TEXT reject, segment 9",
      "SYNTAX_STRAY_TEXT reject, segment 9",
    ]);
    assert.deepEqual(contentOf(read), contentOf(readAll(fixture("830-weekly.edi"))));
  });

  it("finds a segment without a tag", () => {
    assert.deepEqual(wrong("UIT*EA", "*EA"), ["SYNTAX_SEGMENT_TAG reject , segment 8"]);
  });

  it("does not search for the end of a segment for ever", () => {
    const endless = latin1(WEEKLY.replace("UIT*EA~", `UIT*EA${"x".repeat(5_000_000)}`));
    const { catalogue } = readAll(endless);
    assert.deepEqual(findingsOf(catalogue).map(inShort), ["SYNTAX_SEGMENT_LENGTH reject UIT, segment 8"]);
    assert.equal(catalogue.interchanges[0]?.complete, false);
  });

  it("finds the longest segment lawful and one more byte not, wherever chunks end", () => {
    for (const [length, expected] of [
      [65_536, []],
      [65_537, ["SYNTAX_SEGMENT_LENGTH"]],
    ] as const) {
      const bytes = latin1(WEEKLY.replace("UIT*EA~", `UIT*${"x".repeat(length - 4)}~`));
      for (const chunk of [undefined, 1000, 65_536, 70_000]) {
        assert.deepEqual(
          findingsOf(readAll(bytes, chunk).catalogue).map((finding) => finding.code),
          expected,
        );
      }
    }
  });

  it("lists at most fifty findings of one envelope", () => {
    const empty = WEEKLY.replace("UIT*EA~\n", `UIT*EA${"~".repeat(5000)}\n`);
    const listed = codes(empty);
    assert.equal(listed.length, 51);
    assert.equal(listed.at(-1), "SYNTAX_MORE_FINDINGS");
  });

  it("refuses what is no interchange, without reading it as one", () => {
    assert.deepEqual(codes(""), ["SYNTAX_EMPTY_FILE"]);
    assert.deepEqual(codes(" \r\n\t\n"), ["SYNTAX_EMPTY_FILE"]);
    assert.deepEqual(codes("<?xml version='1.0'?><order/>"), ["SYNTAX_UNKNOWN_FAMILY"]);
    assert.deepEqual(codes("ISABEL;12;2026-03-01\n"), ["SYNTAX_UNKNOWN_FAMILY"]);
    assert.deepEqual(codes(Buffer.from(`\uFEFF${WEEKLY}`, "utf16le")), ["SYNTAX_UNKNOWN_FAMILY"]);
  });

  it("gives up on a file of nothing but headers that cannot be read", () => {
    const { catalogue } = readAll(latin1("ISA*00*".repeat(300_000)));
    assert.equal(catalogue.interchanges.length, 20);
    assert.ok(findingsOf(catalogue).every((finding) => finding.severity === "reject"));
  });

  it("gives up on a file in which almost nothing is right, instead of listing it all", () => {
    const group = "GS*PS*A*B*20260302*0715*1*X*004010~";
    const { catalogue } = readAll(latin1(WEEKLY.slice(0, 107) + group.repeat(100_000)));
    assert.ok(findingsOf(catalogue).length < 1100);
    assert.equal(catalogue.interchanges[0]?.complete, false);
    assert.equal(catalogue.findings.at(-1)?.code, "SYNTAX_TOO_MANY_FAULTS");
  });
});
