import assert from "node:assert/strict";
import { interchangeText } from "../exchange/home.ts";
import { freshHome, type TestHome } from "../support/homes.ts";
import { at, calloffHere, calloffJson } from "../support/program.ts";

const PARTNER = `name: ACME
theirs: [{ qualifier: "01", id: ACMEMOTORS }]
ours: [{ qualifier: ZZ, id: EXAMPLESTAMP }]
tables: [{ files: "plan*.csv", mapping: csv/schedule-long }]
`;
const HEADER = "Part;Ship to;Order;Date;Quantity";

describe("calloff file list", () => {
  let home: TestHome;
  beforeEach(() => {
    home = freshHome();
    home.write("config/partners/acme.yaml", PARTNER);
    home.write(
      "config/gateway.yaml",
      "version: 1\ncompany: { name: Example Stamping, timeZone: UTC }\nintake: { patienceMinutes: 0.000001 }\n",
    );
  });
  afterEach(() => home.remove());

  /** The state of a file and why it has it, in the list and where it is shown. */
  async function taken(name: string, content: string): Promise<[string, string, string]> {
    home.write(`inbox/acme/${name}`, content);
    const { stdout } = await calloffHere(["run", "--home", home.path]);
    const { document } = await calloffJson(["file", "list", "--home", home.path]);
    const why = String(at(document, "files", 0, "why"));
    assert.equal(at(document, "files", 0, "name"), name);
    if (why !== "") {
      for (const command of [["list"], ["show", "1"]]) {
        const words = await calloffHere(["file", ...command, "--home", home.path]);
        assert.ok(words.stdout.includes(why), words.stdout);
      }
    }
    return [String(at(document, "files", 0, "state")), why, stdout];
  }

  it("says of a stranger's file who sent it", async () => {
    const text = interchangeText().replace("ACMEMOTORS     ", "STRANGER       ");
    const [state, why] = await taken("r.edi", text);
    assert.deepEqual([state, why], ["quarantined", "The folder is not declared for this sender: 01/STRANGER"]);
  });

  it("says of a truncated file that it breaks off", async () => {
    const [state, why] = await taken("r.edi", interchangeText().slice(0, 300));
    assert.equal(state, "quarantined");
    assert.match(why, /ends|breaks off|truncated|missing/i);
    assert.doesNotMatch(why, /^incomplete$/);
  });

  it("says of a table with a broken row which row it is", async () => {
    const [state, why] = await taken("plan.csv", `${HEADER}\nP;S;O;2027-03-05;1\nP;S;O;2027-03-06\n`);
    assert.deepEqual([state, why], ["quarantined", "The row has other columns than the header: 4 (line 3)"]);
  });

  it("says of a table that nobody declares that its name is not declared", async () => {
    const [, why] = await taken("orders.csv", `${HEADER}\n`);
    assert.equal(why, "The file is a table whose name no partner of this folder declares: orders.csv");
  });

  it("says of what is of no kind that it is none", async () => {
    const [, why, ran] = await taken("r.edi", "good morning");
    assert.match(why, /neither X12 nor EDIFACT/);
    assert.match(ran, /it is of no kind that is read here/);
  });

  it("says why the only set of a file had no effect", async () => {
    const [state, why] = await taken("plan.csv", `${HEADER}\nP;S;O;2027-03-05;many\n`);
    assert.equal(state, "in part");
    assert.match(why, /^set 1 rejected: The value is no number, line 2$/);
  });

  it("tells of a table without rows that it says nothing", async () => {
    const [state] = await taken("plan.csv", `${HEADER}\n`);
    assert.equal(state, "applied");
    const { stdout } = await calloffHere(["file", "show", "1", "--home", home.path]);
    assert.match(stdout, /TABLE_WITHOUT_ROWS.*it says nothing/);
  });
});
