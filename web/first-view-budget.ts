import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/** The catalogues that Home and the frame around it load, besides the one that every page needs. */
const texts = ["alerts", "home", "statuses", "subscription"];

/** What Home needs besides the entry, as patterns of module paths; of a catalogue's four languages the largest counts. */
const parts = [
  /\/src\/locales\/[a-z]+\.ts$/,
  ...texts.map((area) => new RegExp(`/src/locales/[a-z]+/${area}\\.ts$`)),
  /\/src\/components\/frame\/frame\./,
  /\/src\/pages\/home\//,
];

const catalogue = /\/src\/locales\/[a-z]+\/([a-z]+)\.ts$/;
const firstTexts = new Set([...texts, "frame", "problems", "ui"]);

/**
 * Fails the build when the scripts that the first view waits for weigh more than `limit` bytes, gzipped, or hold the texts
 * of another page.
 */
export function firstViewBudget(limit: number): Plugin {
  return {
    name: "first-view-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file): file is Rolldown.OutputChunk => file.type === "chunk");
      const weights = new Map(chunks.map((chunk) => [chunk.fileName, gzipSync(chunk.code).length]));
      const weigh = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + (weights.get(file) ?? 0), 0);
      const needs = (chunk: Rolldown.OutputChunk, found = new Set<string>()) => {
        if (found.has(chunk.fileName)) return found;
        found.add(chunk.fileName);
        for (const other of chunks) if (chunk.imports.includes(other.fileName)) needs(other, found);
        return found;
      };
      const waitedFor = new Set<string>();
      for (const entry of chunks.filter((chunk) => chunk.isEntry)) needs(entry, waitedFor);
      for (const part of parts) {
        const candidates = chunks
          .filter((chunk) => chunk.isDynamicEntry && chunk.facadeModuleId && part.test(chunk.facadeModuleId))
          .map((chunk) => needs(chunk))
          .sort((one, other) => weigh(other) - weigh(one));
        if (!candidates[0]) this.error(`no chunk of the first view is made of ${part}`);
        for (const file of candidates[0]) waitedFor.add(file);
      }
      for (const chunk of chunks.filter(({ fileName }) => waitedFor.has(fileName))) {
        const stray = chunk.moduleIds.find((id) => !firstTexts.has(catalogue.exec(id)?.[1] ?? "ui"));
        if (stray) this.error(`the first view holds the texts of another page: ${stray} is in ${chunk.fileName}`);
      }
      const total = weigh(waitedFor);
      const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
      const report = `the first view waits for ${kilobytes(total)} of gzipped script, of at most ${kilobytes(limit)}`;
      if (total > limit) this.error(report);
      this.info(report);
    },
  };
}
