import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import type { Plugin } from "vite";

const texts = /\.(js|css|svg)$/;
const worthIt = 1024; // bytes; below that the headers outweigh the saving
const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

/**
 * Writes a .br and a .gz next to every text asset, so that the server need not compress while a request waits. From the files
 * as written: in earlier hooks Vite's own placeholders are still in the code.
 */
export function compressedAssets(): Plugin {
  return {
    name: "compressed-assets",
    apply: "build",
    async writeBundle({ dir = "dist" }, bundle) {
      for (const fileName of Object.keys(bundle).filter((name) => texts.test(name))) {
        const path = join(dir, fileName);
        const source = await readFile(path);
        if (source.length < worthIt) continue;
        await writeFile(`${path}.br`, brotliCompressSync(source, quality));
        await writeFile(`${path}.gz`, gzipSync(source, { level: 9 }));
      }
    },
  };
}
