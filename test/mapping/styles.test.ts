/** Messages in the styles of many customers, by version: nothing rejects, nothing is lost, and they are the same when written and read again. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { checkFile } from "../../src/answers/check-file.ts";
import { mappingFor, readContext } from "../../src/answers/check-set.ts";
import { documentInWords } from "../../src/cli/check-documents.ts";
import type { DeliverySchedule } from "../../src/documents/delivery-schedule.ts";
import { withInheritance } from "../../src/documents/inheritance.ts";
import { catalogueOf } from "../../src/syntax/catalogue.ts";
import { segmentsOf } from "../../src/syntax/set-reader.ts";
import { memorySource } from "../../src/syntax/sources.ts";
import { writtenBack } from "../tools/conformance-again.ts";
import { droppedElements } from "../tools/conformance-elements.ts";
import { library, ROOT } from "./support.ts";

const FOLDER = path.join(ROOT, "test/fixtures/styles");
const settings = { library, lenient: [] };
const sourceOf = (file: string) => memorySource(file, readFileSync(path.join(FOLDER, file)));

/** The documents of a file's sets. */
async function documentsOf(file: string): Promise<readonly unknown[]> {
  const checked = await checkFile(sourceOf(file), settings);
  return checked.interchanges.flatMap(({ groups }) =>
    groups.flatMap(({ sets }) => sets.map(({ document }) => document)),
  );
}

const scheduleOf = async (file: string): Promise<DeliverySchedule> =>
  withInheritance((await documentsOf(file))[0] as DeliverySchedule);

const stepsOf = ({ lines }: DeliverySchedule, line = 0): unknown =>
  lines[line]?.steps?.map(({ commitment, from, quantity, reference, time, timing }) =>
    [timing ?? "day", from, time, quantity, commitment, reference].filter((one) => one !== undefined).join(" "),
  );

describe("messages in the styles of many customers", () => {
  for (const file of readdirSync(FOLDER)) {
    it(file, async () => {
      const source = sourceOf(file);
      const checked = await checkFile(source, settings);
      assert.equal(checked.valid, true);
      assert.equal(checked.segments.unknown, 0);
      for (const interchange of catalogueOf(source).interchanges) {
        for (const group of interchange.groups) {
          for (const set of group.sets) {
            const mapping = mappingFor(interchange, group, set, settings);
            assert.ok(mapping);
            const context = readContext(source, interchange, set, settings);
            const segments = [...segmentsOf(source, interchange, set)].flat();
            assert.deepEqual(droppedElements(mapping, segments, context), []);
            assert.deepEqual(writtenBack(mapping, segments, context).faults, []);
          }
        }
      }
    });
  }
});

describe("what those messages say", () => {
  it("an 830 of 2002 with running totals and six-digit dates", async () => {
    const schedule = await scheduleOf("830-002002.edi");
    assert.deepEqual(
      [schedule.quantities, schedule.basis, schedule.lines[0]?.dock, schedule.lines[0]?.shipTo?.code],
      ["cumulative", "delivery", "42", "AP12A"],
    );
    assert.deepEqual(stepsOf(schedule), [
      "day 2027-03-02 4200 firm",
      "day 2027-03-04 4400 firm",
      "week 2027-03-08 5000 planned",
      "week 2027-03-15 5600 planned",
      "month 2027-04-01 9000 planned",
    ]);
  });

  it("an 830 by times of the day, each with its delivery order, for a ship-to of the line", async () => {
    const schedule = await scheduleOf("830-003060.edi");
    assert.deepEqual(schedule.lines[0]?.shipTo, { name: "PLANT 7", scheme: "customer", code: "P7" });
    assert.deepEqual((stepsOf(schedule) as string[]).slice(0, 3), [
      "day 2027-03-05 0630 100 firm RAN0001",
      "day 2027-03-05 1430 50 firm RAN0002",
      "day 2027-03-06 0700 150 immediate RAN0003",
    ]);
  });

  it("an 862 with parts of a day, and a window; both are shown", async () => {
    assert.deepEqual(stepsOf(await scheduleOf("862-004010-jit.edi")), [
      "day 2027-03-03 0600 40 firm RAN1",
      "day 2027-03-03 1400 80 firm RAN2",
      "day 2027-03-04 0700 60 firm X9",
    ]);
    const [document] = await documentsOf("862-004010-jit.edi");
    assert.match(
      documentInWords("delivery-schedule", document),
      /2027-03-03 .* 40 at 0600 DO RAN1; 80 at 1400 DO RAN2 KB K77/,
    );
  });

  it("an 866 is shown with the time, place and vehicle of each item", async () => {
    const [document] = await documentsOf("866.edi");
    assert.match(
      documentInWords("delivery-schedule", document),
      /line 1: ABC, dock D1, due 2027-03-01 0700, sequence 00017, vehicle WVWZZZ1/,
    );
  });

  it("a DELFOR of Odette up to D.96A keeps its figures in front of its demand, in their order", async () => {
    const [line] = (await scheduleOf("delfor-96a-odette.edi")).lines;
    assert.deepEqual(
      line?.figures?.map(({ kind, quantity }) => [kind, quantity]),
      [
        ["3", "2500"],
        ["12", "100"],
      ],
    );
    assert.equal(line.shipTo?.code, "P7");
  });

  it("a DELFOR with a backlog line, an authorisation and decimals by comma", async () => {
    const schedule = await scheduleOf("delfor-97a-una.edi");
    assert.deepEqual(stepsOf(schedule), [
      "day 2027-02-28 50 immediate",
      "day 2027-03-05 0600 400 firm",
      "week 2027-03-08 600 planned",
    ]);
    assert.deepEqual(
      schedule.lines[0]?.authorisations?.map(({ cumulative, kind }) => [kind, cumulative]),
      [["material", "9000"]],
    );
  });

  it("a DELFOR of VDA 4984 with a code of its own for what is committed is no fault", async () => {
    const checked = await checkFile(sourceOf("delfor-04a-4984.edi"), settings);
    assert.deepEqual(
      checked.interchanges.flatMap(({ groups }) => groups.flatMap(({ sets }) => sets.map(({ outcome }) => outcome))),
      ["valid"],
    );
    assert.equal((await scheduleOf("delfor-04a-4984.edi")).lines[0]?.steps?.[2]?.commitment, "24");
  });

  it("a DELJIT whose release number stands at its sequence", async () => {
    const [line] = (await scheduleOf("deljit-04a-4985.edi")).lines;
    assert.deepEqual([line?.releaseNumber, line?.orderNumber, line?.shipTo?.code], ["R1", "5500", "P7"]);
  });

  it("a VDA 4905 of mixed versions with every key", async () => {
    const schedule = await scheduleOf("4905.txt");
    assert.deepEqual(stepsOf(schedule), [
      "backlog 50",
      "immediate 5",
      "day 2027-03-05 400",
      "day 2027-03-08 0",
      "week 2027-03-08 600",
      "forecast-start 0",
      "month 2027-04-01 900",
      "remainder 70",
    ]);
    assert.deepEqual([stepsOf(schedule, 1), stepsOf(schedule, 2)], [["no-demand 0"], undefined]);
  });
});
