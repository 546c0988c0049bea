import type { Delimiters, Family } from "../syntax/segment.ts";
import type { Finding } from "../values/finding.ts";
import type { MappingDefinition } from "./definition.ts";

export interface WriteContext {
  readonly family: Family;
  readonly delimiters: Delimiters;
  readonly version: string;
  readonly setControl: string;
  readonly charset: string;
  readonly replaceForbidden?: string;
}
export interface WrittenSet {
  readonly type: string;
  readonly segments: readonly (readonly string[])[];
}
export interface WriteResult {
  readonly set: WrittenSet;
  readonly findings: Finding[];
}
export type Writer = (document: unknown, context: WriteContext) => WriteResult;
export function compileWriter(_definition: MappingDefinition): Writer {
  return () => ({ set: { type: "", segments: [] }, findings: [] });
}
