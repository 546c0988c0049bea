import assert from "node:assert/strict";
import { withNamesApart } from "../../src/documents/long-names.ts";

const MOST = { name: 35, street: 35 };
const LONG = "Norddeutsche Werke für Fahrzeugteile und Achsen Aktiengesellschaft, Werk Hannover";

describe("names longer than a place of a message", () => {
  it("go over the places for them, cut at blanks", () => {
    assert.deepEqual(withNamesApart({ parties: [{ role: "ship-to", name: LONG, city: "Hannover" }] }, MOST), {
      parties: [
        {
          role: "ship-to",
          name: "Norddeutsche Werke für",
          name2: "Fahrzeugteile und Achsen",
          name3: "Aktiengesellschaft, Werk Hannover",
          city: "Hannover",
        },
      ],
    });
  });

  it("stay as they are where they fit, where the further places are taken, or where a word does not fit", () => {
    for (const party of [
      { name: "Nordwerk" },
      { name: LONG, name2: "Halle 3" },
      { name: "A".repeat(36) },
      { name: `${LONG} ${LONG}` },
      { code: "P1" },
    ]) {
      assert.deepEqual(withNamesApart({ parties: [party], lines: [{ parties: [party] }] }, MOST), {
        parties: [party],
        lines: [{ parties: [party] }],
      });
    }
  });

  it("streets likewise; and what is no document stays what it is", () => {
    const street = "Straße der Norddeutschen Achsenwerker 17";
    assert.deepEqual(withNamesApart({ lines: [{ parties: [{ street }] }] }, MOST), {
      lines: [{ parties: [{ street: "Straße der Norddeutschen", street2: "Achsenwerker 17" }] }],
    });
    assert.equal(withNamesApart(undefined, MOST), undefined);
  });
});
