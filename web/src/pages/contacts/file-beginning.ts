import { ApiError } from "../../api/api-error.ts";

/** The server reads at most this much of a text for a preview. */
const previewBytes = 1_000_000;
/** As much as it takes of a body for a preview; of a workbook it needs all, since the list of its parts stands at the end. */
const mostOfWorkbook = 16 * 2 ** 20;

/** What the server needs of a file to say how it would be read. Fails with an ApiError for a workbook that is too large. */
export async function beginningOf(file: File): Promise<Blob> {
  const signature = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const isWorkbook = String.fromCharCode(...signature) === "PK\u0003\u0004";
  if (!isWorkbook) return file.slice(0, previewBytes);
  if (file.size > mostOfWorkbook) throw new ApiError(413, "workbook_too_large", "The workbook is too large.");
  return file;
}
