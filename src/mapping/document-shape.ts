/** The fields of the canonical documents, as mappings name them: worked out from each document's schema, once, when asked for. */
import { z } from "zod";
import { date, decimal } from "../documents/fields.ts";
import { DOCUMENT_SCHEMAS, type DocumentKind } from "../documents/schemas.ts";

/** What a field takes: an exact figure, a date, one of a few words, or any text. */
export type FieldKind =
  | { readonly kind: "figure" | "date"; readonly pattern: RegExp }
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "text" };

/** An object that lines of a mapping fill: the document itself, or one of a list. */
export interface ObjectShape {
  /** `lines.steps`, or `the delivery-schedule` for the document itself. */
  readonly name: string;
  /** By path, `account.cumulative` for a field of an object within. */
  readonly fields: ReadonlyMap<string, FieldKind>;
  readonly lists: ReadonlyMap<string, ObjectShape>;
  /** Lists that have to be there, be they empty. */
  readonly musts: readonly string[];
}

interface Node {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly enum?: readonly string[];
  readonly pattern?: string;
}

const known = new Map<DocumentKind, ObjectShape>();

/** The shape of a document of that kind. */
export function documentShape(kind: DocumentKind): ObjectShape {
  const held = known.get(kind);
  if (held !== undefined) return held;
  const shape = objectShape(nodeOf(DOCUMENT_SCHEMAS[kind]), "", `the ${kind}`);
  known.set(kind, shape);
  return shape;
}

const nodeOf = (schema: z.ZodType): Node => z.toJSONSchema(schema, { reused: "inline" }) as Node;

function objectShape(node: Node, above: string, name: string): ObjectShape {
  const fields = new Map<string, FieldKind>();
  const lists = new Map<string, ObjectShape>();
  const add = (within: Node, prefix: string): void => {
    for (const [key, inner] of Object.entries(within.properties ?? {})) {
      const path = `${prefix}${key}`;
      if (inner.type === "object") add(inner, `${path}.`);
      else if (inner.type === "string") fields.set(path, kindOf(inner));
      else if (inner.items?.properties !== undefined)
        lists.set(path, objectShape(inner.items, `${above}${path}.`, `${above}${path}`));
    }
  };
  add(node, "");
  const musts = [...lists.keys()].filter((key) => node.required?.includes(key) === true);
  return { name, fields, lists, musts };
}

function kindOf({ enum: words, pattern }: Node): FieldKind {
  if (words !== undefined) return { kind: "words", words };
  const kind = pattern === undefined ? undefined : patternKinds().get(pattern);
  return kind === undefined || pattern === undefined ? { kind: "text" } : { kind, pattern: new RegExp(pattern) };
}

let kinds: ReadonlyMap<string, "figure" | "date"> | undefined;

/** The patterns by which schemas tell figures and dates from other text. */
function patternKinds(): ReadonlyMap<string, "figure" | "date"> {
  kinds ??= new Map([
    [nodeOf(decimal).pattern ?? "", "figure"],
    [nodeOf(date).pattern ?? "", "date"],
  ]);
  return kinds;
}
