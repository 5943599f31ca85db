import { gzipSync } from "node:zlib";
import type { Plugin, Rolldown } from "vite";

/** What Home needs beside the entry: the largest catalogue, the frame and the page. Parts of module paths. */
const parts = ["/src/messages/", "/src/components/frame/frame.", "/src/pages/home/"];

/** Fails the build when the scripts that the first view waits for weigh more than `limit` bytes, gzipped. */
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
          .filter((chunk) => chunk.isDynamicEntry && chunk.facadeModuleId?.includes(part))
          .map((chunk) => needs(chunk))
          .sort((one, other) => weigh(other) - weigh(one));
        if (!candidates[0]) this.error(`no chunk of the first view is made of ${part}`);
        for (const file of candidates[0]) waitedFor.add(file);
      }
      const total = weigh(waitedFor);
      const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
      const report = `the first view waits for ${kilobytes(total)} of gzipped script, of at most ${kilobytes(limit)}`;
      if (total > limit) this.error(report);
      this.info(report);
    },
  };
}
