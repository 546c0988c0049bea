/** What the files say about each other: policies and mappings that exist, identities and folders that are not in dispute. */

import type { CompiledMapping, MappingLibrary } from "../mapping/library.ts";
import { versionDistance } from "../mapping/versions.ts";
import type { ErrorCode } from "../values/error-codes.ts";
import { nearest } from "../values/nearest.ts";
import type { ConfigFault } from "./faults.ts";
import type { Partner } from "./partner.ts";
import type { PlacedText } from "./placed-text.ts";

/** A partner with the places of its file. */
export interface PlacedPartner {
  readonly partner: Partner;
  readonly places: PlacedText;
}

type Path = readonly PropertyKey[];

/** Folders of the inbox that `partner` may use. */
export const foldersOf = (partner: Partner): readonly string[] => partner.folders ?? [partner.code];

/** The folder of the outbox that `partner` reads. */
export const outboxFolderOf = (partner: Partner): string => partner.outboxFolder ?? partner.code;

/** What is wrong between the files, but for mappings. */
export function crossFaults(partners: readonly PlacedPartner[], policies: ReadonlySet<string>): ConfigFault[] {
  return [
    ...partners.flatMap((placed) => [
      ...policyFaults(placed, policies),
      ...delimiterFaults(placed),
      ...missingIdentityFaults(placed),
      ...identityFaults(placed),
    ]),
    ...sharedIdentityFaults(partners),
    ...sharedTableFaults(partners),
  ];
}

function policyFaults({ partner, places }: PlacedPartner, policies: ReadonlySet<string>): ConfigFault[] {
  if (policies.has(partner.policy)) return [];
  return [
    unknown({
      code: "CONFIG_UNKNOWN_POLICY",
      message: `There is no policy \`${partner.policy}\``,
      name: partner.policy,
      names: [...policies],
      missing: `Write config/policies/${partner.policy}.yaml`,
      path: ["policy"],
      places,
    }),
  ];
}

/** Mappings that a partner's file names and that are not there, or are for another document or other versions. */
export function mappingFaults(placed: PlacedPartner, mappings: MappingLibrary): ConfigFault[] {
  const { partner, places } = placed;
  const named: { path: Path; name: string; document?: string; syntax?: string }[] = Object.entries(
    partner.mappings,
  ).map(([type, name]) => ({ path: ["mappings", type], name }));
  for (const [key, document] of OUTBOUND) {
    const message = partner[key];
    if (message !== null) named.push({ path: [key, "mapping"], name: message.mapping, document });
  }
  partner.tables.forEach(({ mapping }, n) => {
    named.push({ path: ["tables", n, "mapping"], name: mapping, syntax: "csv" });
  });
  const faults = named.flatMap(({ path, name, document, syntax }) => {
    const mapping = mappings.named(name);
    if (mapping === undefined) {
      return unknown({
        code: "CONFIG_UNKNOWN_MAPPING",
        message: `There is no mapping \`${name}\``,
        name,
        names: mappings.names(),
        missing: `Write mappings/${name}.yaml`,
        path,
        places,
      });
    }
    const wrong = (what: "document" | "syntax", expected: string, found: string): ConfigFault => ({
      code: "CONFIG_WRONG_MAPPING",
      message: `The mapping \`${name}\` is for another ${what}`,
      place: places.placeOf(path),
      expected: `a mapping of ${what} ${expected}`,
      found: `${what} ${found}`,
      remedy: `Name a mapping of that ${what}`,
    });
    if (document !== undefined && mapping.document !== document) return wrong("document", document, mapping.document);
    const written = mapping.syntax;
    return syntax !== undefined && written !== syntax ? wrong("syntax", syntax, written) : [];
  });
  return [...faults, ...versionFaults(placed, mappings)];
}

/**
 * Versions that messages are to be written in and that their mappings are not for. Reading goes by the nearest directory, but
 * what is written has the segments of its mapping, and no partner finds those in another directory (PYT in an INVOIC D:97A).
 */
function versionFaults({ partner, places }: PlacedPartner, mappings: MappingLibrary): ConfigFault[] {
  return OUTBOUND.flatMap(([key, document]) => {
    const { mapping: name = "", version } = partner[key] ?? {};
    const mapping = mappings.named(`${name}.${partner.code}`) ?? mappings.named(name);
    if (mapping === undefined || version === undefined || mapping.document !== document) return [];
    const { syntax, message } = mapping;
    if ((syntax !== "x12" && syntax !== "edifact") || isFor(mapping, version)) return [];
    const others = mappings.names().filter((other) => {
      const held = mappings.named(other);
      const is = held?.message.type === message.type && held.syntax === syntax;
      return is && !/\./.test(other) && isFor(held, version);
    });
    return {
      code: "CONFIG_WRONG_MAPPING" as const,
      message: `The mapping \`${mapping.name}\` is not for this version`,
      place: places.placeOf([key, "version"]),
      expected: `a version within ${message.versions.map(({ from, to }) => `${from} to ${to}`).join(", ")}`,
      found: version,
      remedy:
        others.length === 0
          ? "Correct the version, or leave it out"
          : `Correct the version, or name a mapping that is for it: ${others.join(", ")}`,
    };
  });
}

const isFor = (mapping: CompiledMapping, version: string): boolean => versionDistance(mapping, version) === 0;

/** Messages that are written to a partner, and the documents that they are made of. */
const OUTBOUND = [
  ["shipNotice", "ship-notice"],
  ["invoice", "invoice"],
  ["applicationAdvice", "application-advice"],
] as const;
type Outbound = (typeof OUTBOUND)[number][0];

function unknown(of: {
  code: ErrorCode;
  message: string;
  name: string;
  names: readonly string[];
  missing: string;
  path: Path;
  places: PlacedText;
}): ConfigFault {
  const meant = nearest(of.name, of.names);
  return {
    code: of.code,
    message: of.message,
    place: of.places.placeOf(of.path),
    expected: of.names.length === 0 ? undefined : `one of ${of.names.join(", ")}`,
    found: of.name,
    remedy: meant === undefined ? of.missing : `Did you mean \`${meant}\`?`,
  };
}

/** A delimiter is never a letter, a digit or a blank, and no two are the same (X12.5, basic structure). */
function delimiterFaults({ partner, places }: PlacedPartner): ConfigFault[] {
  const { element, component, segment } = partner.delimiters;
  const named = Object.entries({ element, component, segment });
  return named.flatMap(([name, character], n) => {
    const taken = named.slice(0, n).find(([, before]) => before === character);
    const unfit = !fitToSeparate(character);
    if (taken === undefined && !unfit) return [];
    return {
      code: "CONFIG_DELIMITERS",
      message:
        taken === undefined ? "This character cannot separate" : `\`${name}\` is the same character as \`${taken[0]}\``,
      place: places.placeOf(["delimiters", name]),
      expected: "three different characters of ASCII that are no letters, digits or blanks",
      found: JSON.stringify(character),
      remedy: "Choose characters the partner's data does not hold, such as * > ~",
    };
  });
}

const fitToSeparate = (character: string): boolean =>
  character.charCodeAt(0) > 0 && character.charCodeAt(0) < 0x7f && !/[A-Za-z0-9 ]/.test(character);

/** What the envelope of each family holds of an identity: ISA05 to ISA08; UNB 0007, 0004 and 0010; records 711 and 811. */
const ENVELOPES = [
  { folder: "x12/", named: "an X12 envelope", qualifier: 2, id: 15 },
  { folder: "edifact/", named: "an EDIFACT envelope", qualifier: 4, id: 35 },
  { folder: "fixed/", named: "a VDA header record", qualifier: 4, id: 9 },
] as const;

/**
 * Envelopes name sender and receiver, tables neither: a partner whose files are tables, and who gets tables or nothing, needs
 * no identities. Where one side is stated, envelopes come, and the other is needed as well.
 */
function missingIdentityFaults({ partner, places }: PlacedPartner): ConfigFault[] {
  const sent = OUTBOUND.find(([key]) => partner[key]?.mapping.startsWith("csv/") === false);
  return (["theirs", "ours"] as const).flatMap((side) => {
    const other = side === "theirs" ? "ours" : "theirs";
    const why = identityNeededFor(partner, sent?.[0], partner[other].length > 0 ? other : undefined);
    if (partner[side].length > 0 || why === undefined) return [];
    return {
      code: "CONFIG_MISSING" as const,
      message: `\`${side}\` is missing`,
      place: places.placeOf([side]),
      expected: `a list of identities such as [{ qualifier: ZZ, id: ACME }], ${why}`,
      remedy:
        sent === undefined
          ? `Add \`${side}\`; only a partner with \`tables:\` that is sent tables or nothing needs none`
          : `Add \`${side}\`, or set \`${sent[0]}\` to a mapping of tables or to null where the partner takes none`,
    };
  });
}

/** What an identity is needed for, in words; undefined where it is not. */
function identityNeededFor(
  partner: Partner,
  sent: Outbound | undefined,
  other: string | undefined,
): string | undefined {
  if (sent !== undefined) return `since \`${sent}\` is ${partner[sent]?.mapping}, whose envelope names both sides`;
  if (partner.tables.length === 0) return "since no `tables:` say whose its files are";
  return other === undefined ? undefined : `since \`${other}\` is stated`;
}

/** The first identity of each side is what is written to the partner. */
function identityFaults({ partner, places }: PlacedPartner): ConfigFault[] {
  const sent = OUTBOUND.flatMap(([key]) => partner[key] ?? []);
  return ENVELOPES.filter(({ folder }) => sent.some(({ mapping }) => mapping.startsWith(folder))).flatMap((envelope) =>
    (["theirs", "ours"] as const).flatMap((side) =>
      (["qualifier", "id"] as const).flatMap((name) => {
        const held = partner[side][0]?.[name] ?? "";
        if (held.length <= envelope[name]) return [];
        return {
          code: "CONFIG_VALUE" as const,
          message: `\`${side}[0].${name}\` is longer than ${envelope.named} can hold`,
          place: places.placeOf([side, 0, name]),
          expected: `at most ${envelope[name]} characters`,
          found: held,
          remedy: `Correct it, or set what is written as ${envelope.folder} to null where the partner takes no such messages`,
        };
      }),
    ),
  );
}

/** In one folder a sender must name one partner, because the envelope alone decides whose a file is. */
function sharedIdentityFaults(partners: readonly PlacedPartner[]): ConfigFault[] {
  const owners = new Map<string, string>();
  return partners.flatMap(({ partner, places }) =>
    foldersOf(partner).flatMap((folder) =>
      partner.theirs.flatMap(({ qualifier, id }, n) => {
        const key = JSON.stringify([folder, qualifier.trim(), id.trimEnd()]);
        const owner = owners.get(key);
        if (owner === undefined) owners.set(key, partner.code);
        if (owner === undefined || owner === partner.code) return [];
        return {
          code: "CONFIG_SHARED_IDENTITY",
          message: `${owner} has the same sender in the same folder \`${folder}\``,
          place: places.placeOf(["theirs", n]),
          expected: "each sender of a folder to name one partner",
          found: `${qualifier}/${id}`,
          remedy: "Give one of the two a folder of its own, or correct the identity",
        };
      }),
    ),
  );
}

/** In one folder a table's name must name one partner, because nothing in it does. */
function sharedTableFaults(partners: readonly PlacedPartner[]): ConfigFault[] {
  const owners = new Map<string, string>();
  return partners.flatMap(({ partner, places }) =>
    foldersOf(partner).flatMap((folder) =>
      partner.tables.flatMap(({ files }, n) => {
        const key = JSON.stringify([folder, files.toLowerCase()]);
        const owner = owners.get(key);
        if (owner === undefined) owners.set(key, partner.code);
        if (owner === undefined || owner === partner.code) return [];
        return {
          code: "CONFIG_SHARED_IDENTITY",
          message: `${owner} declares the same files in the same folder \`${folder}\``,
          place: places.placeOf(["tables", n, "files"]),
          expected: "names of files that tell one partner from the other",
          found: files,
          remedy: "Give one of the two a folder of its own, or let their files begin with their names",
        };
      }),
    ),
  );
}
