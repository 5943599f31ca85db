/** `npm run bench -- <name> [arguments]`: runs bench/<name>.ts; without a name, lists them with their first sentence. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runNode } from "../tools/run.ts";

const [name, ...rest] = process.argv.slice(2);
const names = (await readdir(import.meta.dirname))
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "run.ts")
  .map((file) => file.slice(0, -3))
  .sort();

if (name !== undefined && names.includes(name)) {
  process.exit(await runNode(["--expose-gc", join(import.meta.dirname, `${name}.ts`), ...rest]));
}
if (name !== undefined) console.error(`There is no benchmark "${name}".`);
for (const each of names) {
  const text = await readFile(join(import.meta.dirname, `${each}.ts`), "utf8");
  const sentence = /^\/\*\*\s*\*?\s*([^]*?)(?:\.\s|\*\/)/.exec(text)?.[1]?.replaceAll(/\s*\n \*\s*/g, " ") ?? "";
  console.log(`npm run bench -- ${each.padEnd(14)} ${sentence.trim()}`);
}
process.exit(name === undefined ? 0 : 1);
