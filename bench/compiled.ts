/** Compiles a bench's script with everything it uses, as the package is compiled: a loader adds to each function it loads. */
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";

const PACKAGE = path.resolve(import.meta.dirname, "..");

/** Compiles `bench/<script>` into `folder`, where nobody's next build reaches it; returns the script to run. */
export function compiled(folder: string, script: string): string {
  const built = path.join(folder, "built");
  mkdirSync(built, { recursive: true });
  const config = {
    extends: path.join(PACKAGE, "tsconfig.json"),
    compilerOptions: { noEmit: false, noCheck: true, rootDir: PACKAGE, outDir: built, types: [] },
    files: [path.join(import.meta.dirname, script)],
    include: [],
  };
  const file = path.join(folder, "tsconfig.json");
  writeFileSync(file, JSON.stringify(config));
  execFileSync(process.execPath, [path.join(PACKAGE, "node_modules/typescript/bin/tsc"), "-p", file]);
  writeFileSync(
    path.join(built, "package.json"),
    JSON.stringify({ type: "module", name: "calloff", version: "0.0.0" }),
  );
  for (const name of ["node_modules", "mappings"]) symlinkSync(path.join(PACKAGE, name), path.join(built, name));
  return path.join(built, "bench", script.replace(/\.ts$/, ".js"));
}
