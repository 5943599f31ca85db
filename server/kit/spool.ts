/** Spools a stream to a temporary file, for random access. */
import { randomUUID } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Writes chunks to a file that is unlinked at once, so that it disappears with the process. Null when there are more than
 * `most` bytes. The caller closes it.
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
