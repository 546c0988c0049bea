/** JSON Schemas (draft-07, what the YAML language servers of editors read) of the configuration files. */
import { z } from "zod";
import { gateway } from "./gateway.ts";
import { partner } from "./partner.ts";
import { policy } from "./policy.ts";

/** The part of JSON Schema that is looked at here. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
}

/** What a file may hold, as draft-07. */
export const jsonSchemaOf = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { target: "draft-7", io: "input" }) as JsonSchema;

/** Name of the schema file → JSON Schema; a home keeps them in `config/schema/` for editors. */
export function configSchemas(): Readonly<Record<"gateway" | "partner" | "policy", JsonSchema>> {
  return { gateway: jsonSchemaOf(gateway), partner: jsonSchemaOf(partner), policy: jsonSchemaOf(policy) };
}

/** The keys that may stand at `path`, whatever alternative of a union is meant. */
export function keysAt(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  const keys = new Set<string>();
  for (const candidate of schemasAt(schema, path)) {
    for (const key of Object.keys(candidate.properties ?? {})) keys.add(key);
    for (const key of candidate.propertyNames?.enum ?? []) keys.add(key);
  }
  return [...keys];
}

function schemasAt(schema: JsonSchema, path: readonly PropertyKey[]): JsonSchema[] {
  const alternatives = [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const [step, ...rest] = path;
  if (step === undefined) return alternatives;
  return alternatives.flatMap((alternative) => {
    const below = typeof step === "number" ? alternative.items : propertyOf(alternative, String(step));
    return below === undefined ? [] : schemasAt(below, rest);
  });
}

function propertyOf(schema: JsonSchema, key: string): JsonSchema | undefined {
  const named = schema.properties?.[key];
  if (named !== undefined) return named;
  return typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
}
