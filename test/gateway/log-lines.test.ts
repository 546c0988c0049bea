import assert from "node:assert/strict";
import { logLines } from "../../src/gateway/log-lines.ts";

const refused = (code: string): never => {
  throw Object.assign(new Error(code), { code });
};

describe("The lines of the log", () => {
  it("are lost while they cannot be written, which is told once and said when they can be", () => {
    let full = true;
    let written = "";
    const told: (string | undefined)[] = [];
    const lines = logLines(2, (_, bytes) => {
      if (full) return refused("ENOSPC");
      written += Buffer.from(bytes).toString();
      return bytes.length;
    });
    lines.told = (code) => told.push(code);
    lines.write("one\n");
    lines.write("two\n");
    assert.deepEqual(told, ["ENOSPC"]);
    full = false;
    lines.write("three\n");
    assert.match(written, /^\{.*"lost":2.*\}\nthree\n$/);
    assert.deepEqual(told, ["ENOSPC", undefined]);
  });

  it("stand whole each, though the disk took only a part of one before it was full", () => {
    const room = [3, 0, 100, 100];
    let written = "";
    const lines = logLines(2, (_, bytes) => {
      const most = room.shift() ?? 0;
      if (most === 0) return refused("ENOSPC");
      written += Buffer.from(bytes).subarray(0, most).toString();
      return Math.min(most, bytes.length);
    });
    lines.write('{"message":"cut"}\n');
    lines.write('{"message":"whole"}\n');
    const [cut, lost, whole] = written.split("\n");
    assert.equal(cut, '{"m');
    assert.match(lost ?? "", /"lost":1/);
    assert.equal(whole, '{"message":"whole"}');
  });

  it("wait for a reader who is slow to empty his pipe", () => {
    let tries = 0;
    const lines = logLines(2, (_, bytes) => {
      tries += 1;
      return tries < 3 ? refused("EAGAIN") : bytes.length;
    });
    lines.told = (code) => assert.fail(code);
    lines.write("one\n");
    assert.equal(tries, 3);
  });
});
