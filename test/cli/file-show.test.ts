import assert from "node:assert/strict";
import { interchangeText } from "../exchange/home.ts";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, calloffHere, calloffJson } from "../support/program.ts";

const PARTNER = `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
`;

describe("calloff file show", () => {
  let home: TestHome;
  beforeEach(() => {
    home = freshHome();
    home.write("config/partners/acme.yaml", PARTNER);
  });
  afterEach(() => home.remove());

  it("tells what is wrong with a group's trailer, once, in words and as JSON", async () => {
    home.write("inbox/acme/r.edi", interchangeText().replace("GE*1*1", "GE*2*1"));
    await calloffHere(["run", "--home", home.path]);
    const { stdout } = await calloffHere(["file", "show", "1", "--home", home.path]);
    assert.equal(stdout.split("SYNTAX_SET_COUNT at").length, 2, stdout);
    assert.match(stdout, /SYNTAX_SET_COUNT at .*GE.*Expected 1, found 2/);
    const { document } = await calloffJson(["file", "show", "1", "--home", home.path]);
    const group = at(document, "interchanges", 0, "groups", 0);
    assert.deepEqual([at(group, "ordinal"), at(group, "control")], [1, "1"]);
    assert.equal(at(group, "findings", 0, "code"), "SYNTAX_SET_COUNT");
  });

  it("tells what is wrong with a file as a whole", async () => {
    home.write("inbox/acme/r.edi", "good morning");
    await calloffHere(["run", "--home", home.path]);
    const { stdout } = await calloffHere(["file", "show", "1", "--home", home.path]);
    assert.equal(stdout.split("SYNTAX_UNKNOWN_FAMILY").length, 2, stdout);
  });

  it("tells what is wrong with an interchange's trailer, once", async () => {
    home.write("inbox/acme/r.edi", interchangeText().replace("IEA*1*", "IEA*2*"));
    await calloffHere(["run", "--home", home.path]);
    const { stdout } = await calloffHere(["file", "show", "1", "--home", home.path]);
    assert.equal(stdout.split(" at ").length, 2, stdout);
  });
});
