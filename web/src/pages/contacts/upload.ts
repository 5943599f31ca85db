import { ApiError, readFailure } from "../../api/api-error.ts";
import { urlOf } from "../../api/client.ts";
import { routeTable } from "../../api/route-table.ts";
import { currentWorkspaceId } from "../../api/workspace-choice.ts";

/**
 * Sends a file as an import and answers with the import's id. XMLHttpRequest because fetch cannot tell how much of a body
 * has left. Fails with an ApiError, or an AbortError when `signal` aborts it.
 */
export function uploadImport(
  file: Blob,
  query: Record<string, string | undefined>,
  onProgress: (sent: number, total: number) => void,
  signal: AbortSignal,
): Promise<{ id: string }> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", urlOf(routeTable.contacts.startImport, { query }));
    request.setRequestHeader("content-type", "text/csv");
    const workspaceId = currentWorkspaceId();
    if (workspaceId) request.setRequestHeader("x-workspace", workspaceId);
    request.upload.onprogress = (event) => onProgress(event.loaded, event.lengthComputable ? event.total : file.size);
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as { id: string });
      else reject(readFailure(request.status, request.responseText));
    };
    request.onerror = () => reject(new ApiError(0, "offline", "The server did not answer."));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}
