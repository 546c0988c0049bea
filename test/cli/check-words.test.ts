/** What a person reads: the line with a caret, the nearest code, the mapping and why, the document as a table. */
import assert from "node:assert/strict";
import { checkFile } from "../../src/answers/check-file.ts";
import { checkedInWords } from "../../src/cli/check-words.ts";
import { sampleFiles } from "../../src/gateway/sample-files.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { plainDate } from "../../src/values/dates.ts";
import { library } from "../mapping/support.ts";

const FORECAST = sampleFiles(plainDate("2027-03-01"))["samples/forecast.edi"] as string;

async function said(text: string | Buffer, name = "file.edi"): Promise<string> {
  const bytes = typeof text === "string" ? Buffer.from(text, "latin1") : text;
  return checkedInWords(await checkFile(memorySource(name, bytes), { library, lenient: [] }), false, undefined);
}

/** An interchange of one message. */
const edifact = (lines: readonly string[], una = "UNA:+.? '"): string =>
  `${una}UNB+UNOC:3+CUSTOMER+SUPPLIER+270301:1200+1'\n${lines.map((line) => `${line}'\n`).join("")}UNT+${lines.length + 1}+1'\nUNZ+1+1'\n`;

/** The line shown and the line of carets below it. */
function caretIn(words: string, code: string): { line: string; under: string } {
  const lines = words.split("\n");
  const at = lines.findIndex((line) => line.includes(code));
  const [line = "", carets = ""] = lines.slice(at + 1, at + 3);
  const column = carets.indexOf("^");
  return { line: line.replace(/^\s*\d* \| /, ""), under: line.slice(column, carets.lastIndexOf("^") + 1) };
}

describe("calloff check, in words", () => {
  it("names what the file is, and shows the schedule as a table", async () => {
    const words = await said(FORECAST);
    assert.match(words, /^is +X12 \d+: 830 \(planning schedule\)$/m);
    assert.match(words, /^line 1: A-100, unit PC$/m);
    assert.match(words, /^ {2}DATE +BUCKET +QUANTITY +COMMITMENT/m);
    assert.match(words, /^The file is valid/m);
  });

  it("shows what TA1 segments say of interchanges, where a file holds nothing else, too", async () => {
    const isa =
      "ISA*00*          *00*          *ZZ*CUSTOMER       *ZZ*SUPPLIER       *270301*0815*U*00401*000000077*0*P*>~";
    const words = await said(`${isa}\nTA1*000000042*270228*2215*R*024~\nIEA*0*000000077~\n`);
    assert.match(words, /^is +X12 00401: TA1 \(interchange acknowledgement\)$/m);
    assert.match(words, /^000000042 +270228 +2215 +R rejected +024$/m);
  });

  it("puts a caret under the byte, also where the whole file is one line", async () => {
    const wrapped = FORECAST.replace(/(BFR\*.*\*)A(\*\d{8})/, "$1Q$2");
    const apart = caretIn(await said(wrapped), "ELEMENT_CODE_UNLISTED");
    assert.equal(apart.under, "Q");
    const joined = caretIn(await said(wrapped.replace(/~\r?\n/g, "~")), "ELEMENT_CODE_UNLISTED");
    assert.equal(joined.under, "Q");
    assert.ok(joined.line.length < 200, joined.line);
  });

  it("suggests the code that is one slip away, the date the other way round, the figure with a point", async () => {
    const slips: readonly [RegExp, string, RegExp][] = [
      [/(BFR\*.*\*)A(\*\d{8})/, "$1a$2", /perhaps +Did the sender mean A \(discrete\)\?/],
      [/(FST\*\d+\*C\*D\*)\d{8}/, "$120272503", /perhaps +Did the sender mean 2027-03-25/],
      [/FST\*(\d+)/, "FST*$1,5", /perhaps +Did the sender mean \d+\.5\?/],
    ];
    for (const [from, to, expected] of slips) assert.match(await said(FORECAST.replace(from, to)), expected);
  });

  it("suggests the segment that was meant, and where a known one belongs", async () => {
    const other = FORECAST.replace(/UIT\*/, "UTI*");
    assert.match(await said(other), /SEGMENT_UNKNOWN[\s\S]*perhaps +Did the sender mean UIT\?/);
  });

  it("points at the component, over release characters, and at no place outside the file", async () => {
    const words = await said(edifact(["UNH+1+DELFOR:D:97A:UN", "BGM+241+4711+5", "DTM+137:20271399:102"]));
    assert.match(words, /second reader edifact: agrees/);
    assert.equal(caretIn(words, "ELEMENT_NOT_READABLE").under, "20271399");
  });

  it("says which mappings there are and why they do not fit", async () => {
    const words = await said(FORECAST.replaceAll("004010", "009999"));
    assert.match(words, /^no +x12\/830 +is for versions 002001 to \d+, and this one is 009999$/m);
    assert.match(words, /No mapping/);
    const other = await said(FORECAST.replace("ST*830*", "ST*831*").replace("GS*PS*", "GS*AA*"));
    assert.match(other, /^no +x12\/830 +is for 830, and this is 831$/m);
  });

  it("recognises a table by its columns, and says which columns others lack", async () => {
    const mapping = library.named("csv/schedule-long");
    assert.ok(mapping);
    const { delimiter, headings } = mapping.message;
    const words = await said(`${headings.join(delimiter)}\n`, "table.csv");
    assert.match(words, /^fits +csv\/schedule-long +for tables with these columns$/m);
    assert.match(words, /^no +csv\/\S+ +lacks the columns? /m);
  });

  it("shows bytes that a terminal would obey as dots, and the caret below the right one", async () => {
    const words = await said(FORECAST.replace(/(FST\*\d+\*C\*)D\*/, "$1\u001b[31mQ*"));
    assert.ok(!words.includes("\u001b"));
    assert.match(caretIn(words, "ELEMENT_CODE_UNLISTED").under, /^·/);
  });

  it("survives findings whose places lie at the very end of a file cut anywhere", async () => {
    for (let length = 0; length < FORECAST.length; length += 7) {
      const words = await said(FORECAST.slice(0, length));
      assert.match(words, /Nothing was changed/);
    }
  });
});
