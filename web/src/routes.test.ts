/** Every page's texts are loaded with it, and none come with another page: checked from the sources' imports. */
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = import.meta.dirname;
const common = ["frame", "problems", "ui"];

/** The modules of the app that a module imports for their values, and those that it imports dynamically. */
function importsOf(file: string): { now: string[]; later: string[] } {
  const source = readFileSync(file, "utf8");
  const find = (pattern: RegExp) =>
    [...source.matchAll(pattern)]
      .map(([, path]) => resolve(file, "..", path as string))
      .filter((path) => path.startsWith(root) && existsSync(path));
  return {
    now: find(/^(?:import|export) (?!type )(?:[^";]*? from )?"(\.[^"]+)"/gm),
    later: find(/\bimport\("(\.[^"]+)"\)/g),
  };
}

/** Every module that is loaded with `file`. */
function modulesOf(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const other of importsOf(file).now) modulesOf(other, found);
  return found;
}

/** The page areas whose texts a module and all that it imports ask for. What it loads later is a part of it, unless that brings its own. */
function areasOf(file: string): string[] {
  const areas = new Set<string>();
  const pending = [file];
  const seen = new Set<string>();
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    const source = readFileSync(next, "utf8");
    for (const [, area = ""] of source.matchAll(/useTranslations\("([a-z]+)/gi)) areas.add(area);
    const { now, later } = importsOf(next);
    pending.push(...now, ...(source.includes("loadPageTexts(") ? [] : later));
  }
  return [...areas].filter((area) => !common.includes(area)).sort();
}

/** Each route of routes.tsx with the areas that it names itself. */
const routes = [
  ...readFileSync(join(root, "routes.tsx"), "utf8").matchAll(
    /\b(open|inside|setting|page)\(\s*(?:"[^"]*",\s*)?\[([^\]]*)\],\s*\(\) => import\("([^"]+)"\)/g,
  ),
].map(([, kind = "", areas = "", path = ""]) => ({
  kind,
  path,
  areas: [...areas.matchAll(/"([a-z]+)"/g)].map(([, area]) => area as string),
}));
const named = (part: string) => routes.find(({ path }) => path.includes(part))?.areas ?? [];
const frameAreas = named("/frame.tsx");
const around: Record<string, string[]> = {
  inside: frameAreas,
  setting: [...frameAreas, ...named("/settings-layout.tsx")],
};

test("every route of routes.tsx is read", () => {
  const loads = readFileSync(join(root, "routes.tsx"), "utf8").match(/import\("/g);
  expect(routes).toHaveLength(loads?.length ?? 0);
});

test.each(routes)("the route of $path loads the texts that the page uses, and no others", ({ kind, path, areas }) => {
  const needed = areasOf(join(root, path)).filter((area) => !around[kind]?.includes(area));
  expect([...areas].sort()).toEqual(needed);
});

test("the palette loads the texts that it uses", () => {
  const needed = areasOf(join(root, "components/frame/commands.tsx"));
  expect(needed).toEqual(["commands"]);
  expect(readFileSync(join(root, "components/frame/frame.tsx"), "utf8")).toContain('const paletteTexts = ["commands"]');
});

test("no module imports a catalogue statically", () => {
  const entries = [join(root, "main.tsx"), ...routes.map(({ path }) => join(root, path))];
  const modules = new Set(entries.flatMap((entry) => [...modulesOf(entry)]));
  const catalogues = [...modules]
    .map((file) => relative(root, file))
    .filter((file) => /^locales\/[a-z]+(\/|\.ts)/.test(file));
  expect(catalogues.filter((file) => !["locales/catalogues.ts", "locales/languages.ts"].includes(file))).toEqual([]);
});
