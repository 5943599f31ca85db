import type { Permission } from "../../contract/permissions.ts";
import { forbidden } from "./errors.ts";

/** 403 where the caller lacks the permission, which it names. `when`: in which case the call needs it; absent: always. */
export function requirePermission(
  { permissions }: { permissions: ReadonlySet<Permission> },
  permission: Permission,
  when?: string,
): void {
  if (permissions.has(permission)) return;
  const message = `This call needs the permission ${permission}${when === undefined ? "" : ` ${when}`}.`;
  throw forbidden("forbidden", message, { field: "permission", value: permission });
}
