import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";

/** Fails the build when the scripts that the first view waits for weigh more than `limit` bytes, gzipped. */
export function firstViewBudget(limit: number): Plugin {
  return {
    name: "first-view-budget",
    apply: "build",
    generateBundle(_options, bundle) {
      const waitedFor = new Set<string>();
      const follow = (file: string) => {
        const chunk = bundle[file];
        if (waitedFor.has(file) || chunk?.type !== "chunk") return;
        waitedFor.add(file);
        for (const imported of chunk.imports) follow(imported);
      };
      // The entry, and the largest language and page that it loads next: what the slowest first view needs.
      const entries = Object.values(bundle).filter((file) => file.type === "chunk" && file.isEntry);
      for (const entry of entries) follow(entry.fileName);
      const weigh = (files: Iterable<string>) =>
        [...files].reduce((sum, file) => {
          const chunk = bundle[file];
          return sum + (chunk?.type === "chunk" ? gzipSync(chunk.code).length : 0);
        }, 0);
      const entryBytes = weigh(waitedFor);
      const afterwards = Object.values(bundle).filter((file) => file.type === "chunk" && file.isDynamicEntry);
      const largest = (where: string) => {
        const sizes = afterwards
          .filter((file) => file.type === "chunk" && file.facadeModuleId?.includes(where))
          .map((file) => {
            const before = new Set(waitedFor);
            follow(file.fileName);
            const own = weigh([...waitedFor].filter((name) => !before.has(name)));
            waitedFor.clear();
            for (const name of before) waitedFor.add(name);
            return own;
          });
        return Math.max(0, ...sizes);
      };
      const language = largest("/src/messages/");
      const frame = largest("/src/components/frame/");
      const home = largest("/src/pages/home/");
      const total = entryBytes + language + frame + home;
      const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;
      this.info(
        `first view: ${kilobytes(total)} of script gzipped (entry ${kilobytes(entryBytes)}, language ${kilobytes(language)}, frame ${kilobytes(frame)}, home ${kilobytes(home)}), limit ${kilobytes(limit)}`,
      );
      if (total > limit) this.error(`the first view's script weighs ${kilobytes(total)}, over ${kilobytes(limit)}`);
    },
  };
}
