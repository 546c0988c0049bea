/** Renders a document for a partner in the family that his file names, read back before it counts. */
import type { MappingLibrary } from "../mapping/library.ts";
import { renderEdifact } from "./render-edifact.ts";
import { renderFixed } from "./render-fixed.ts";
import { type ControlNumbers, type Rendered, type RenderJob, type Target, targetOf } from "./render-job.ts";
import { renderJson } from "./render-json.ts";
import { renderTable } from "./render-table.ts";
import { renderTa1, renderX12 } from "./render-x12.ts";

/**
 * Renders one document with the given numbers.
 * @throws CalloffError EXCHANGE_NOT_SENT where the partner takes no such document or no mapping fits, EXCHANGE_DOCUMENT where
 * the mapping refuses it, EXCHANGE_READ_BACK where our own reader does not understand what was written, SYNTAX_* from the writers
 */
export async function renderEdi(
  library: MappingLibrary,
  job: RenderJob,
  numbers: ControlNumbers,
  target: Target = targetOf(library, job),
): Promise<Rendered> {
  const { family, mapping } = target;
  if (mapping === undefined) return renderTa1(job, numbers);
  const by = { ...target, mapping };
  if (family === "x12") return renderX12(job, by, numbers);
  if (family === "edifact") return renderEdifact(job, by, numbers);
  if (family === "fixed") return renderFixed(job, by, numbers);
  return family === "json" ? renderJson(job, by, numbers) : renderTable(job, by, numbers);
}
