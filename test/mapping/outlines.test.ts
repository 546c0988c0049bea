import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { loadMappings, outlinesOf } from "../../src/mapping/library.ts";

const SHIPPED = path.join(import.meta.dirname, "../../mappings");

describe("outlines of mappings, as the build writes them down", () => {
  let home: string;
  let own: string;
  const written = JSON.parse(JSON.stringify(outlinesOf(SHIPPED))) as ReturnType<typeof outlinesOf>;
  beforeEach(() => {
    home = mkdtempSync(path.join(tmpdir(), "calloff-outlines-"));
    own = path.join(home, "mappings");
    mkdirSync(path.join(own, "edifact"), { recursive: true });
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  const changed = (name: string, change: (text: string) => string): void =>
    writeFileSync(path.join(own, `${name}.yaml`), change(readFileSync(path.join(SHIPPED, `${name}.yaml`), "utf8")));

  it("choose the same mappings, which say and hash the same once they are used", () => {
    const [outlined, whole] = [loadMappings([SHIPPED], written), loadMappings([SHIPPED], {})];
    assert.deepEqual(outlined.names(), whole.names());
    for (const name of whole.names()) {
      const [one, other] = [outlined.named(name), whole.named(name)];
      const { read: _, write: __, ...rest } = other ?? assert.fail(name);
      for (const [word, value] of Object.entries(rest)) {
        assert.deepEqual(one?.[word as keyof typeof rest], value, `${name} ${word}`);
      }
    }
    const wanted = { family: "edifact", type: "DELFOR", version: "D:96A" } as const;
    assert.equal(outlined.fitting(wanted)?.name, whole.fitting(wanted)?.name);
  });

  it("hold for copies of the same text, wherever they lie", () => {
    cpSync(SHIPPED, own, { recursive: true });
    const library = loadMappings([own], written);
    assert.equal(library.named("x12/830")?.file, path.join(own, "x12/830.yaml"));
    assert.equal(library.named("x12/830")?.hash, written["x12/830"]?.hash);
  });

  it("do not hold for another text of the name, nor for what extends it", () => {
    changed("edifact/delfor", (text) =>
      text.replace("document: delivery-schedule", "document: delivery-schedule\nlayer: forecast"),
    );
    const library = loadMappings([SHIPPED, own], written);
    assert.equal(written["edifact/delfor"]?.layer, undefined);
    assert.equal(library.named("edifact/delfor")?.layer, "forecast");
    assert.equal(library.named("edifact/delfor-96a")?.layer, "forecast");
    assert.equal(library.named("edifact/deljit")?.hash, written["edifact/deljit"]?.hash);
  });

  it("let a mistake in a home's own mapping be told at once", () => {
    changed("edifact/delfor", (text) => text.replace("syntax: edifact", "syntacks: edifact"));
    assert.throws(() => loadMappings([SHIPPED, own], written), { code: "MAPPING_WORD" });
  });
});
