import assert from "node:assert/strict";
import { endHasCome, openBrackets } from "../../src/exchange/content-end.ts";
import { type IntakeRules, judgeEntry, type Look, nameShown, type Seen } from "../../src/exchange/eligibility.ts";

const seen = (over: Partial<Seen> = {}): Seen => ({
  name: "forecast.edi",
  nameIsText: true,
  kind: "file",
  links: 1,
  size: 100,
  modified: 5n,
  changed: 0,
  inode: 7n,
  device: 1n,
  age: 0,
  ...over,
});
const rules = (over: Partial<IntakeRules> = {}): IntakeRules => ({
  quietMilliseconds: 2000,
  largestBytes: 1000,
  doneFile: undefined,
  names: new Set(),
  ...over,
});
const lookOf = (entry: Seen, previous: Look | undefined, now: number): Look => {
  const verdict = judgeEntry(entry, previous, now, rules());
  assert.ok("look" in verdict);
  return verdict.look;
};
const judged = (entry: Seen, over: Partial<IntakeRules> = {}) => judgeEntry(entry, undefined, 0, rules(over)).what;

describe("a file in an inbox folder", () => {
  it("is quiet when size, time and inode were the same at two looks, quiet apart by our own clock", () => {
    const first = lookOf(seen(), undefined, 10_000);
    assert.equal(judgeEntry(seen(), first, 11_999, rules()).what, "wait");
    assert.equal(judgeEntry(seen(), first, 12_000, rules()).what, "quiet");
  });

  it("begins to wait anew when it grew, was touched or was replaced", () => {
    const first = lookOf(seen(), undefined, 0);
    for (const changed of [{ size: 101 }, { modified: 6n }, { inode: 8n }, { device: 2n }]) {
      assert.equal(judgeEntry(seen(changed), first, 60_000, rules()).what, "wait");
    }
  });

  it("is taken at the first look where no quiet is asked for, as for writers that rename", () => {
    assert.equal(judged(seen(), { quietMilliseconds: 0 }), "quiet");
  });

  it("is not looked at while its name says that it is unfinished or hidden", () => {
    for (const name of [".hidden", ".claimed", "a.part", "a.TMP", "a.filepart", "a.edi~"]) {
      assert.equal(judged(seen({ name })), "ignore");
    }
  });

  it("is never read when it is a link, a pipe, a folder, a socket or a device", () => {
    for (const kind of ["symbolic link", "named pipe", "directory", "socket", "device"] as const) {
      assert.equal(judged(seen({ kind })), "refuse");
    }
    assert.equal(judged(seen({ links: 2 })), "refuse");
  });

  it("is refused for a name that would deceive a reader, is too long, or is no text", () => {
    for (const name of ["a\nb.edi", "a\u001b[2J.edi", "fdp\u202Eide.exe", "x".repeat(201)]) {
      assert.equal(judged(seen({ name })), "refuse");
    }
    assert.equal(judged(seen({ nameIsText: false })), "refuse");
    for (const name of ["Prognose für März $(x) 'y'.edi", "x".repeat(200)])
      assert.equal(judged(seen({ name })), "wait");
  });

  it("is shown by a name that nothing obeys, and that tells names apart which are no text", () => {
    assert.equal(nameShown(Buffer.from("März.edi")), "März.edi");
    assert.equal(nameShown(Buffer.from("a\u001b[2J\u202e.edi")), "a\\u{1b}[2J\\u{202e}.edi");
    assert.equal(nameShown(Buffer.from("M\xe4rz.edi", "latin1")), "M\\xe4rz.edi");
  });

  it("has waited from the first look on; its own age counts only where nobody looked before", () => {
    const aged = lookOf(seen({ age: 5000 }), undefined, 100);
    assert.deepEqual([aged.age, aged.since], [5000, 100]);
    assert.equal(lookOf(seen({ age: 9000 }), aged, 200).age, 5000, "a clock that jumps ages nothing");
    assert.equal(lookOf(seen({ age: 9000, size: 101 }), aged, 200).age, 0, "it was seen to change");
    assert.equal(lookOf(seen({ age: -9000 }), undefined, 0).age, 0);
  });

  it("is refused by its size before it is read", () => {
    assert.equal(judged(seen({ size: 1001 })), "refuse");
  });

  it("waits for its companion where the gateway asks for one; the companion is no file of its own", () => {
    const doneFile = ".done";
    assert.equal(judged(seen(), { doneFile, quietMilliseconds: 0 }), "wait");
    const names = new Set(["forecast.edi", "forecast.edi.done"]);
    assert.equal(judged(seen(), { doneFile, names, quietMilliseconds: 0 }), "quiet");
    assert.equal(judged(seen({ name: "forecast.edi.done" }), { doneFile, names }), "ignore");
  });
});

const record = (start: string): string => start.padEnd(128);
const ends = (text: string): boolean =>
  endHasCome(Buffer.from(text.slice(0, 512), "latin1"), Buffer.from(text.slice(-512), "latin1"));

const closed = (...chunks: string[]): boolean => {
  const brackets = openBrackets();
  for (const chunk of chunks) brackets.read(Buffer.from(chunk));
  return brackets.closed();
};

describe("the end of a file's content", () => {
  it("is IEA where it begins with ISA, whatever the delimiters", () => {
    assert.equal(ends("ISA*00*~GS*PS~IEA*1*000000001~"), true);
    assert.equal(ends("\u00EF\u00BB\u00BFISA|00|\nIEA|1|000000001\n\u001A"), true);
    assert.equal(ends("ISA*00*~IEA*1*000000001"), true, "only the last terminator may be missing");
    assert.equal(ends("ISA*00*~GS*PS~ST*830*0001~"), false);
    assert.equal(ends("ISA*00*~IEA*1*"), false);
    assert.equal(ends("ISA*00*~MSG*IEA means end*00~SE"), false);
  });

  it("is not an IEA whose number is cut off", () => {
    const header = `ISA*00*${" ".repeat(10)}*00*${" ".repeat(10)}*ZZ*A*ZZ*B*270301*0600*U*00401*12*0*P*>~`;
    assert.equal(ends("ISA*00*~IEA*1*00000"), false);
    assert.equal(ends("ISA*00*~IEA*1*00000~"), true);
    assert.equal(ends(`${header}IEA*1*1`), false);
    assert.equal(ends(`${header}IEA*1*12`), true, "the number that the header states");
  });

  it("is UNZ where it begins with UNA or UNB, 519 after 511, 719 after 711", () => {
    assert.equal(ends("UNA:+.? 'UNB+UNOC:3'UNZ+1+REF7'\r\n"), true);
    assert.equal(ends("UNB+UNOC:3'UNH+1'"), false);
    assert.equal(ends("UNB+UNOC:3'UNZ+1+RE"), false, "cut off in its reference");
    assert.equal(ends(record("51102") + record("51201") + record("51902").slice(0, 60)), false);
    assert.equal(ends(record("51102") + record("51201 519")), false, "519 within another record");
    assert.equal(ends(record("51102") + record("51201") + record("51902")), true);
    assert.equal(ends(`${record("71103")}\r\n${record("71903")}\r\n`), true);
    assert.equal(ends(record("51102") + record("51201")), false);
    assert.equal(ends(record("55101") + record("55901")), true, "a call-off");
    assert.equal(ends(record("81102") + record("71903")), false, "another message's trailer");
  });

  it("is the end of its directory where it is a zip, as .xlsx is", () => {
    assert.equal(ends("PK\u0003\u0004…PK\u0001\u0002…PK\u0005\u0006\0\0"), true);
    assert.equal(ends("PK\u0003\u0004…PK\u0001"), false);
  });

  it("is the closing bracket of the opening one", () => {
    assert.equal(ends('[{"a":1}]\n'), true);
    assert.equal(ends('{"a":[1]}'), true);
    assert.equal(ends('[{"a":1}'), false);
    assert.equal(ends('[{"a":'), false);
  });

  it("of JSON has come when every bracket is closed, whatever stands in strings, however it is cut into chunks", () => {
    assert.equal(closed('{"a":{"b":1}'), false);
    assert.equal(closed('{"a":{"b":1}}'), true);
    assert.equal(closed('{"a":"}', '"', "}"), true);
    assert.equal(closed('{"a":"}\\', '"}'), false, "the string goes on behind a quote that is escaped");
    assert.equal(closed('[{"a":[1,2]}', "]"), true);
  });

  it("is waited for in an empty file, and in no other kind of content", () => {
    assert.equal(ends(""), false);
    assert.equal(ends(" \r\n"), false);
    assert.equal(ends("%PDF-1.7"), true);
  });
});
