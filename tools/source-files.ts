/** Lists all source files, relative to the project. Also makes the project the working directory. */
import { readdirSync } from "node:fs";
import { join } from "node:path";

const folders = ["rules", "contract", "server", "web", "testing", "e2e", "bench", "tools"];
const skipped = new Set(["node_modules", "dist"]);

export function sourceFiles(): string[] {
  process.chdir(join(import.meta.dirname, ".."));
  const files: string[] = [];
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      const name = `${directory}/${entry.name}`;
      if (!entry.isDirectory()) files.push(name);
      else if (!skipped.has(entry.name) && !entry.name.startsWith("dist.")) walk(name);
    }
  };
  for (const folder of folders) walk(folder);
  return files.sort();
}
