/** What an API key holds, as it is stored and as it is meant. */
import { type Permission, permissions } from "../../contract/permissions.ts";

/** Permissions that there were not when the first keys that hold everything were made. */
const later: readonly Permission[] = ["audit:read"];
const earlier = permissions.filter((each) => !later.includes(each));

/**
 * The scopes of a key. One that was given everything there was holds what came later too, so that nobody need make it anew;
 * it is not written down, because processes of an older version know no later permissions.
 */
export function heldScopes(stored: readonly Permission[]): Permission[] {
  return earlier.every((each) => stored.includes(each)) ? [...permissions] : [...stored];
}
