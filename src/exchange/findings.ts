export { readFindings, writeFindings } from "../store/findings.ts";
