/**
 * Every segment of a message has its place, at whatever place the standard gives it: messages that hold each segment of the
 * directory's segment table, groups twice, are read without an unknown segment and without one out of order.
 */
import assert from "node:assert/strict";
import { EDIFACT, inShort, library, segmentsFrom } from "./support.ts";

/** Segment tables; groups in brackets, a section control with its mark. */
const TABLES: Readonly<Record<string, string>> = {
  "DESADV D:07A":
    "UNH BGM DTM ALI MEA MOA CUX (RFF DTM) (NAD LOC (RFF DTM) (CTA COM)) (TOD LOC FTX) (TDT PCD TMD (LOC DTM)) (EQD MEA SEL EQA (HAN FTX)) (CPS FTX QVR (PAC MEA QTY (HAN FTX) (PCI RFF DTM (GIR DTM) (GIN DLM) (COD MEA QTY PCD))) (LIN PIA IMD MEA QTY ALI GIN GIR DLM DTM NAD TDT TMD HAN FTX MOA PAC (RFF NAD CTA DTM) (DGS QTY FTX) (LOC NAD DTM QTY) (SGP QTY) (PCI DTM MEA QTY (GIN DLM) (HAN FTX GIN)) (QVR DTM))) CNT",
  "DESADV D:96A":
    "UNH BGM DTM ALI MEA MOA (RFF DTM) (NAD LOC (RFF DTM) (CTA COM)) (TOD LOC FTX) (TDT PCD (LOC DTM)) (EQD MEA SEL EQA (HAN FTX)) (CPS FTX (PAC MEA QTY (HAN FTX) (PCI RFF DTM GIR (GIN DLM))) (LIN PIA IMD MEA QTY ALI GIN GIR DLM DTM FTX MOA (RFF DTM) (DGS QTY FTX) (LOC NAD DTM QTY) (SGP QTY) (PCI DTM MEA QTY (GIN DLM) (HAN FTX GIN)) (QVR DTM))) CNT AUT",
  "INVOIC D:07A":
    "UNH BGM DTM PAI ALI IMD FTX LOC GEI DGS GIR (RFF DTM GIR LOC MEA QTY FTX MOA RTE) (NAD LOC FII MOA (RFF DTM) (DOC DTM) (CTA COM)) (TAX MOA LOC) (CUX DTM) (PYT DTM PCD MOA PAI FII) (TDT TSR (LOC DTM) (RFF DTM)) (TOD LOC) (EQD SEL) (PAC MEA EQD (PCI RFF DTM GIN)) (ALC ALI FTX (RFF DTM) (QTY RNG) (PCD RNG) (MOA RNG CUX DTM) (RTE RNG) (TAX MOA)) (RCS RFF DTM FTX) (AJT FTX) (INP FTX) (LIN PIA PGI IMD MEA QTY PCD ALI DTM GIN GIR QVR EQD FTX DGS (MOA CUX) (PYT DTM PCD MOA) (PRI CUX APR RNG DTM) (RFF DTM) (PAC MEA EQD (PCI RFF DTM GIN)) (LOC QTY DTM) (TAX MOA LOC) (NAD LOC FII (RFF DTM) (DOC DTM) (CTA COM)) (ALC ALI DTM FTX (QTY RNG) (PCD RNG) (MOA RNG CUX DTM) (RTE RNG) (TAX MOA)) (TDT (LOC DTM)) (TOD LOC) (RCS RFF DTM FTX) (GEI RFF IMD DTM GIR LOC MEA QTY FTX MOA)) UNS! CNT (MOA (RFF DTM)) (TAX MOA) (ALC ALI MOA FTX)",
  "INVOIC D:97A":
    "UNH BGM DTM PAI ALI IMD FTX (RFF DTM) (NAD LOC FII (RFF DTM) (DOC DTM) (CTA COM)) (TAX MOA LOC) (CUX DTM) (PAT DTM PCD MOA PAI FII) (TDT (LOC DTM) (RFF DTM)) (TOD LOC) (PAC MEA (PCI RFF DTM GIN)) (ALC ALI (RFF DTM) (QTY RNG) (PCD RNG) (MOA RNG CUX DTM) (RTE RNG) (TAX MOA)) (RCS RFF DTM FTX) (AJT FTX) (INP FTX) (LIN PIA IMD MEA QTY PCD ALI DTM GIN GIR QVR EQD FTX (MOA CUX) (PAT DTM PCD MOA) (PRI CUX APR RNG DTM) (RFF DTM) (PAC MEA (PCI RFF DTM GIN)) (LOC QTY DTM) (TAX MOA LOC) (NAD LOC (RFF DTM) (DOC DTM) (CTA COM)) (ALC ALI DTM (QTY RNG) (PCD RNG) (MOA RNG CUX DTM) (RTE RNG) (TAX MOA)) (TDT (LOC DTM)) (TOD LOC) (RCS RFF DTM FTX)) UNS! CNT (MOA (RFF DTM)) (TAX MOA) (ALC ALI MOA)",
  "RECADV D:07A":
    "UNH BGM DTM ALI CUX FTX (RFF DTM GEI MOA ALC) (DOC (CDI INP)) (NAD LOC (RFF DTM) (CTA COM)) (TOD (CDI INP) (LOC CDI)) (TDT DTM CDI) (EQD (CDI INP) (SEL CDI) (EQA (CDI INP))) (CPS (RFF DTM) (TDT DTM) (NAD LOC) (PAC QVR (PCI RFF (CDI INP) (GIN (CDI INP)))) (LIN PIA IMD QTY QVR DTM PRI PCD FTX (NAD LOC (CTA COM)) (CDI INP) (DOC (CDI INP)) (GIN (CDI INP)) (RFF DTM GEI MOA ALC) (PCI QTY QVR (CDI INP) (GIN (CDI INP)) (RFF DTM)))) CNT",
  "REMADV D:07A":
    "UNH BGM DTM RFF FII PAI FTX GEI (NAD (RFF DTM) (CTA COM)) (CUX DTM) (DOC MOA DTM RFF NAD (CUX DTM) (AJT MOA RFF FTX QTY (TAX MOA)) (INP FTX) (DLI MOA PIA DTM (CUX DTM) (AJT MOA RFF FTX (TAX MOA)))) UNS! MOA (ALC MOA)",
  "APERAK D:07A": "UNH BGM DTM FTX CNT (DOC DTM) (RFF DTM) (NAD CTA COM) (ERC FTX (RFF FTX))",
};

/** What a segment says where its line needs more than any text: once as the mapping knows it, once with an unknown qualifier. */
const CONTENTS: Readonly<Record<string, readonly string[]>> = {
  ALC: ["ALC+C"],
  BGM: ["BGM++1+9"],
  COM: ["COM+1:TE"],
  CPS: ["CPS+1++3"],
  CTA: ["CTA+IC+:Me"],
  CUX: ["CUX+2:EUR:4"],
  DTM: ["DTM+137:20270301:102", "DTM+999:20270301:102"],
  ERC: ["ERC+1"],
  LIN: ["LIN+1++PART:IN"],
  MOA: ["MOA+8:5", "MOA+999:5"],
  NAD: ["NAD+BY+1::92", "NAD+QQ"],
  PAI: ["PAI+::42"],
  PCD: ["PCD+3:5"],
  PRI: ["PRI+AAA:5"],
  QTY: ["QTY+12:5:PCE", "QTY+999:5"],
  RFF: ["RFF+ON:1", "RFF+QQ:2"],
  UNS: ["UNS+S"],
};
/** Segments that come once in their group. */
const ONCE = new Set(["UNH", "BGM", "PAI", "UNS"]);

type Table = (string | Table)[];

function tableOf(text: string): Table {
  const open: Table[] = [[]];
  for (const [token] of text.matchAll(/[()]|[A-Z]{3}/g)) {
    if (token === "(") open.push([]);
    else if (token === ")") {
      const group = open.pop() ?? [];
      open.at(-1)?.push(group, group);
    } else open.at(-1)?.push(token);
  }
  return open[0] ?? [];
}

function segmentsOf(table: Table, isGroup: boolean): string[] {
  return table.flatMap((part, at) => {
    if (typeof part !== "string") return segmentsOf(part, true);
    const [known = `${part}+ZZZ+1`, other = known] = CONTENTS[part] ?? [];
    return ONCE.has(part) || (isGroup && at === 0) ? [known] : [known, other];
  });
}

describe("messages with every segment of their directory", () => {
  for (const [message, table] of Object.entries(TABLES)) {
    it(message, () => {
      const [type = "", version = ""] = message.split(" ");
      const [, ...body] = segmentsOf(tableOf(table), false);
      const segments = segmentsFrom([`UNH+1+${type}:${version}:UN`, ...body].join("\n"), "+");
      const mapping = library.fitting({ family: "edifact", type, version });
      assert.ok(mapping);
      const reading = mapping.read([segments], {
        family: "edifact",
        delimiters: EDIFACT,
        version,
        charset: "latin1",
        sentOn: "",
      });
      assert.deepEqual(reading.unknown, []);
      assert.deepEqual(inShort(reading.findings.filter(({ code }) => code.startsWith("SEGMENT"))), []);
    });
  }
});
