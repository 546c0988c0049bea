import assert from "node:assert/strict";
import { isCount } from "../../src/syntax/codes.ts";
import type { Finding } from "../../src/values/finding.ts";
import { findingsOf, fixture, latin1, readAll } from "./reading.ts";

const WEEKLY = fixture("830-weekly.edi");
const END = WEEKLY.toString("latin1").lastIndexOf("~");

const truncations = (bytes: Uint8Array): Finding[] =>
  findingsOf(readAll(bytes).catalogue).filter((finding) => finding.code === "SYNTAX_TRUNCATED");

const codes = (text: string): string[] => findingsOf(readAll(latin1(text)).catalogue).map((finding) => finding.code);

const record = (text: string): string => text.padEnd(128);

describe("a truncated file", () => {
  for (const name of ["830-weekly.edi", "830-cumulative-unpadded.edi", "830-wrapped-80.edi"]) {
    it(`is refused wherever it ends, naming byte and segment: ${name}`, () => {
      const bytes = fixture(name);
      const text = bytes.toString("latin1");
      const end = text.lastIndexOf(name === "830-cumulative-unpadded.edi" ? "\r" : "~");
      const ends = new RegExp(name === "830-cumulative-unpadded.edi" ? "\n" : "~", "g");
      for (let length = 1; length < end; length += 1) {
        const part = bytes.subarray(0, length);
        const [finding, ...more] = truncations(part);
        assert.equal(more.length, 0);
        assert.equal(finding?.severity, "reject", `${length} bytes`);
        assert.equal(finding?.place.byte, length);
        const whole = text.slice(0, length).match(ends)?.length ?? 0;
        const rest = text.slice(0, length).split(ends).at(-1)?.trim() ?? "";
        assert.equal(finding?.place.segment, rest === "" ? whole : whole + 1, `${length} bytes`);
        const { interchanges } = readAll(part).catalogue;
        assert.ok(interchanges.every((interchange) => !interchange.complete));
      }
    });
  }

  it("may lack only the terminator after the last IEA", () => {
    assert.deepEqual(findingsOf(readAll(WEEKLY.subarray(0, END)).catalogue), []);
    assert.equal(readAll(WEEKLY.subarray(0, END)).catalogue.interchanges[0]?.complete, true);
  });

  it("is compared by counts and control number all the same when that terminator is missing", () => {
    const text = WEEKLY.toString("latin1").slice(0, END);
    assert.deepEqual(codes(text.replace("IEA*1*000000412", "IEA*2*000000412")), ["SYNTAX_GROUP_COUNT"]);
    assert.deepEqual(codes(text.replace("IEA*1*000000412", "IEA*1*000000999")), ["SYNTAX_INTERCHANGE_CONTROL"]);
  });

  it("is never let through by tolerating counts", () => {
    for (let length = 1; length < END; length += 1) {
      const rejects = findingsOf(readAll(WEEKLY.subarray(0, length)).catalogue);
      assert.ok(rejects.some((finding) => finding.severity === "reject" && !isCount(finding.code)));
    }
  });

  it("does not take the next interchange with it", () => {
    const cut = WEEKLY.subarray(0, 300);
    const { interchanges } = readAll(Buffer.concat([cut, latin1("~\n"), fixture("830-weekly.edi")])).catalogue;
    assert.deepEqual(
      interchanges.map(({ complete, firstByte, endByte }) => [complete, firstByte, endByte]),
      [
        [false, 0, 302],
        [true, 302, 302 + END + 1],
      ],
    );
    assert.equal(interchanges[0]?.findings[0]?.place.byte, 302);
  });

  it("of EDIFACT is refused wherever it ends", () => {
    const delfor = "UNB+UNOA:3+A:1+B:1+260302:0715+77'UNH+1+DELFOR:D:97A:UN'BGM+241+R?'7'UNT+3+1'UNZ+1+77";
    assert.deepEqual(findingsOf(readAll(latin1(delfor)).catalogue), []);
    for (let length = 1; length < delfor.length; length += 1) {
      const [finding] = truncations(latin1(delfor.slice(0, length)));
      assert.equal(finding?.place.byte, length, `${length} bytes`);
    }
  });

  it("of VDA is refused wherever it ends", () => {
    const vda = `${record("511021111     2222     0000100002260302")}\n${record("51201A")}\n${record("51901")}`;
    assert.equal(readAll(latin1(vda)).catalogue.interchanges[0]?.complete, true);
    for (let length = 5; length < vda.length; length += 1) {
      const [finding] = truncations(latin1(vda.slice(0, length)));
      assert.equal(finding?.severity, "reject", `${length} bytes`);
    }
  });
});
