/** The home the demo makes on the spot: a gateway, five customers who speak differently, two policies. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { CalloffError, EXIT } from "../values/errors.ts";

const FILES: Readonly<Record<string, string>> = {
  "config/gateway.yaml": `version: 1
company:
  name: Example Stamping Ltd
  timeZone: Europe/Berlin
  code: "SUP01"
  address: { name: Example Stamping Ltd, street: Workshop Lane 7, city: Hanover, postcode: "30159", country: DE }
database: sqlite:data/calloff.sqlite
intake: { quietMilliseconds: 0, scanSeconds: 1 }
`,
  "config/policies/careful.yaml": `version: 1
description: A person looks at the first schedule, and at every change near the ship date that is not small
first: hold
zones:
  - name: firm
    untilDay: 28
    increase: { percent: "10" }
    decrease: { percent: "10" }
  - name: planning
    increase: any
    decrease: any
`,
  "config/policies/trusting.yaml": `version: 1
description: Everything this customer sends is taken as it comes
first: accept
zones:
  - { name: all, increase: any, decrease: any }
mismatch: { quantity: "100000", days: 0 }
`,
  "config/partners/acme.yaml": `version: 1
name: ACME Motors
theirs: [{ qualifier: "01", id: "ACMEMOTORS" }]
ours: [{ qualifier: "ZZ", id: "EXAMPLESTAMP" }]
policy: careful
shipTos:
  PLANT1: { name: ACME Motors Plant 1, street: Ring Road 1, city: Detroit, region: MI, postcode: "48201", country: US }
`,
  "config/partners/bolt.yaml": `version: 1
name: Bolt Trucks
theirs: [{ qualifier: ZZ, id: BOLT }]
ours: [{ qualifier: ZZ, id: EXSTAMP }]
policy: trusting
delimiters: { element: "|", component: "<", segment: "!", newline: true }
orders: { fulfilment: automatic }
shipTos:
  DOCK9: { name: Bolt Trucks Dock 9, city: Columbus, region: OH, postcode: "43004", country: US }
`,
  "config/partners/elbe.yaml": `version: 1
name: Elbe Vehicles
theirs: [{ qualifier: ZZ, id: ELBE }]
ours: [{ qualifier: ZZ, id: EXSTAMP }]
policy: trusting
shipNotice: { mapping: edifact/desadv, version: "D:07A" }
invoice: { mapping: edifact/invoic-96a, version: "D:97A" }
orders: { fulfilment: automatic }
shipTos:
  LEIPZIG: { name: Elbe Vehicles Leipzig, city: Leipzig, postcode: "04356", country: DE }
`,
  "config/partners/isar.yaml": `version: 1
name: Isar Motors
theirs: [{ id: ISAR }]
ours: [{ id: "4711" }]
policy: trusting
shipNotice: { mapping: fixed/4913 }
invoice: null
orders: { fulfilment: automatic }
shipTos:
  M11: { name: Isar Motors Plant 11, city: Munich, postcode: "80331", country: DE }
`,
  "config/partners/copper.yaml": `version: 1
name: Copper & Sons
theirs: [{ id: COPPER }]
ours: [{ id: EXSTAMP }]
policy: trusting
tables: [{ files: "*.csv", mapping: csv/schedule-long }]
shipNotice: { mapping: csv/ship-notice }
invoice: { mapping: csv/invoice }
orders: { fulfilment: automatic }
shipTos:
  YARD: { name: Copper & Sons Yard, city: Sheffield, postcode: S1 2HE, country: GB }
`,
};

const FOLDERS = [
  "inbox/acme",
  "inbox/bolt",
  "inbox/elbe",
  "inbox/isar",
  "inbox/copper",
  "inbox/erp",
  "outbox",
  "mappings",
  "data",
  "try",
];

/**
 * Lays the demo's home out in `dir`, which it makes.
 * @throws CalloffError DEMO_HOME_IN_USE when there is something in it already
 */
export async function layDemoHome(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  if ((await readdir(dir)).length > 0) {
    throw new CalloffError("DEMO_HOME_IN_USE", "The demo begins in an empty folder", {
      place: { file: dir },
      expected: "an empty folder, or one that does not exist yet",
      remedy: "Name another folder with --home, or remove this one",
      exit: EXIT.usage,
    });
  }
  for (const folder of FOLDERS) await mkdir(path.join(dir, folder), { recursive: true });
  for (const [name, content] of Object.entries(FILES)) {
    await mkdir(path.dirname(path.join(dir, name)), { recursive: true });
    await writeFile(path.join(dir, name), content);
  }
}
