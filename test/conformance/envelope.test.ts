/** Counts and control numbers, worked out once more by the tool. */
import assert from "node:assert/strict";
import { envelopeFaults } from "../tools/conformance-envelope.ts";

const ISA =
  "ISA*00*          *00*          *ZZ*CUSTOMER       *ZZ*SUPPLIER       *270301*0815*U*00401*000000077*0*P*>~";
const X12 = `${ISA}GS*SS*A*B*20270301*0815*7*X*004010~ST*862*0001~BSS*00*R1*20270301*DL*20270301*20270401~SE*3*0001~GE*1*7~IEA*1*000000077~`;
const EDIFACT = "UNB+UNOC:3+A:ZZ+B:ZZ+270301:0815+77'UNH+1+DELFOR:D:97A:UN'BGM+241+R1+9'UNT+3+1'UNZ+1+77'";

const wrapped = (text: string, width: number): string => text.replace(new RegExp(`.{${width}}`, "g"), "$&\r\n");
const faults = (text: string): string[] => envelopeFaults(Buffer.from(text, "latin1")).map(({ words }) => words);

const fixed = (trailer: string) =>
  ["51102", "51201", "51301", trailer].map((record) => record.padEnd(128)).join("\r\n");

describe("the tool's counts and control numbers", () => {
  it("agree in files that are wrapped anywhere", () => {
    for (let width = 5; width < 90; width += 1) {
      assert.deepEqual(faults(wrapped(EDIFACT, width)), [], `EDIFACT at ${width}`);
      assert.deepEqual(faults(ISA + wrapped(X12.slice(ISA.length), width)), [], `X12 at ${width}`);
    }
  });

  it("are told where they differ", () => {
    assert.deepEqual(faults(wrapped(EDIFACT.replace("UNT+3+1", "UNT+4+2"), 20)), [
      "UNT01 4 (3 found)",
      "UNT02 2 (1 in UNH)",
    ]);
    assert.deepEqual(faults(X12.replace("GE*1*7", "GE*2*7")), ["GE01 2 (1 found)"]);
    assert.deepEqual(faults(fixed("5190100000010000001000000100000000000000000000000000010000000")), []);
    assert.deepEqual(faults(fixed("5190100000010000002")), ["519 512: 0000002 (1 found)"]);
  });
});
