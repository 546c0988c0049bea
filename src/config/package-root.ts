import { existsSync, readFileSync } from "node:fs";
import path from "node:path";

/** The folder of the installed package: the same whether `src/` is run as it is or `dist/` after building. */
export function packageRoot(): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    const description = path.join(folder, "package.json");
    if (existsSync(description) && nameIn(description) === "calloff") return folder;
    if (path.dirname(folder) === folder) throw new Error("the package calloff is not installed around this file");
  }
}

function nameIn(file: string): unknown {
  return (JSON.parse(readFileSync(file, "utf8")) as { name?: unknown }).name;
}

/** Folders that mapping files are read from; a file of the home wins over the package's of the same name. */
export function mappingFolders(home: string): string[] {
  const shipped = path.join(packageRoot(), "mappings");
  const own = path.join(path.resolve(home), "mappings");
  return own === shipped || !existsSync(own) ? [shipped] : [shipped, own];
}
