import assert from "node:assert/strict";
import type { ByteSource } from "../../src/syntax/segment.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { FIXTURES, fixture, latin1, readAll } from "./reading.ts";

const DELFOR = latin1(
  [
    "UNA:+.? '",
    "UNB+UNOC:3+KUNDE?+1:14+LIEF?'ERANT:14+260302:0715+55'",
    "UNH+1+DELFOR:D:97A:UN:EDDF01'BGM+241+R7+5'FTX+AAA+++50 ?% ?'quoted?' a?+b ??'",
    "QTY+113:400:PCE'\r\nDTM+2:20260309:102'UNT+6+1'",
    "UNZ+1+55'",
  ].join("\n"),
);

const VDA = latin1(
  [
    "511021111     2222     0000100002260302260101",
    "51201A",
    "51301",
    "51901000000100000010000001000000000000000000000000000010000000",
  ]
    .map((record) => record.padEnd(128))
    .join("\r\n"),
);

const SAMPLES: readonly (readonly [name: string, bytes: Buffer])[] = [
  ...FIXTURES.map((name) => [name, fixture(name)] as const),
  ["a DELFOR with released characters", DELFOR],
  ["a VDA transmission", VDA],
  [
    "a schedule with comments",
    latin1(`// 1\n${fixture("830-weekly.edi").toString("latin1").replaceAll("N1", "// x/\r\nN1")}`),
  ],
  ["a schedule with empty segments", latin1(fixture("830-weekly.edi").toString("latin1").replaceAll("UIT", "~~ ~UIT"))],
];

/** Reads that never go beyond the byte at `cut`, as if the file came in two parts. */
function inTwoParts(bytes: Buffer, cut: number): ByteSource {
  const whole = memorySource("test.edi", bytes);
  return {
    ...whole,
    read: (into, position) =>
      whole.read(position < cut ? into.subarray(0, Math.min(into.length, cut - position)) : into, position),
  };
}

describe("a file read in parts", () => {
  for (const [name, bytes] of SAMPLES) {
    const expected = readAll(bytes);

    it(`gives the same reading for every size of part: ${name}`, () => {
      for (let size = 1; size <= bytes.length; size += size < 40 ? 1 : 13) {
        assert.deepEqual(readAll(bytes, size), expected, `parts of ${size} bytes`);
      }
    });

    it(`gives the same reading for every split point: ${name}`, () => {
      for (let cut = 1; cut < bytes.length; cut += 1) {
        assert.deepEqual(readAll(inTwoParts(bytes, cut)), expected, `split at ${cut}`);
      }
    });
  }
});
