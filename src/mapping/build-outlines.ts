/** A step of the build: writes the outlines of the shipped mappings down, beside what was built. */
import { writeFileSync } from "node:fs";
import path from "node:path";
import { BUILT_OUTLINES, outlinesOf } from "./library.ts";

const SHIPPED = path.join(import.meta.dirname, "../../mappings");

writeFileSync(BUILT_OUTLINES, JSON.stringify(outlinesOf(SHIPPED)));
