/** Which workspace this tab works in. Each tab keeps its own; a new tab starts with the one used last. */
const key = "varsla.workspace";

let chosen: string | null = read();

function read(): string | null {
  try {
    return sessionStorage.getItem(key) ?? localStorage.getItem(key);
  } catch {
    return null; // Storage is blocked: the server chooses the person's first workspace.
  }
}

export function currentWorkspaceId(): string | null {
  return chosen;
}

/** Stores the choice; null removes it. */
export function chooseWorkspace(id: string | null): void {
  chosen = id;
  try {
    for (const storage of [sessionStorage, localStorage]) {
      if (id) storage.setItem(key, id);
      else storage.removeItem(key);
    }
  } catch {
    // Storage is blocked: the choice lasts as long as the page.
  }
}
