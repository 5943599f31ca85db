/** What must be read in no order is written to a file first. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Writes chunks into a file that has no name any more, so that nothing is left of it however the process ends. Null when there
 * are more than `most` bytes. The caller closes it.
 */
export async function spool(chunks: AsyncIterable<Buffer>, most: number): Promise<FileHandle | null> {
  const path = join(tmpdir(), `varsla-${randomUUID()}`);
  const file = await open(path, "wx+", 0o600);
  let kept = false;
  try {
    await unlink(path);
    let length = 0;
    for await (const chunk of chunks) {
      length += chunk.length;
      if (length > most) return null;
      await file.writeFile(chunk);
    }
    kept = true;
    return file;
  } finally {
    if (!kept) await file.close();
  }
}
