import { ApiError } from "../../api/api-error.ts";

/** The server reads at most this much of a text file for a preview. */
const previewBytes = 1_000_000;
/** The largest body of a preview; a workbook is needed whole, since the directory of its parts is at its end. */
const mostOfWorkbook = 16 * 2 ** 20;

/** The part of a file that the server needs for a preview. Fails with an ApiError for a workbook that is too large. */
export async function beginningOf(file: File): Promise<Blob> {
  const signature = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const isWorkbook = String.fromCharCode(...signature) === "PK\u0003\u0004";
  if (!isWorkbook) return file.slice(0, previewBytes);
  if (file.size > mostOfWorkbook) throw new ApiError(413, "workbook_too_large", "The workbook is too large.");
  return file;
}
