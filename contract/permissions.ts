/**
 * The permission table: what each role may do. Pure data, shared by the server (which enforces it) and the browser
 * (which hides what is not allowed). API keys carry scopes, which are permissions of the same names.
 */
export const roles = ["super_admin", "admin", "marketer", "agent", "viewer"] as const;
export type Role = (typeof roles)[number];

export const permissions = [
  "workspace:read",
  "workspace:write",
  "people:read",
  "people:write",
  "api-keys:write",
  "subscription:read",
  "subscription:write",
  "contacts:read",
  "contacts:write",
  "consent:read",
  "consent:write",
  "messages:read",
  "messages:send",
  "campaigns:read",
  "campaigns:write",
  "campaigns:send",
  "bookings:read",
  "bookings:write",
  "workflows:write",
  "events:read",
  "events:write",
  "senders:read",
  "sms-setup:write",
  "sandbox:use",
  "audit:read",
] as const;
export type Permission = (typeof permissions)[number];

/** A scope of API keys: whatever their maker may do at the moment, also what is added later. */
export const everything = "everything";
export type Scope = Permission | typeof everything;

const reading = [
  "workspace:read",
  "people:read",
  "subscription:read",
  "contacts:read",
  "consent:read",
  "messages:read",
  "campaigns:read",
  "bookings:read",
  "events:read",
  "senders:read",
] as const satisfies readonly Permission[];

const helping = [
  ...reading,
  "contacts:write",
  "consent:write",
  "messages:send",
  "bookings:write",
  "events:write",
  "sandbox:use",
] as const satisfies readonly Permission[];

const marketing = [
  ...helping,
  "campaigns:write",
  "campaigns:send",
  "workflows:write",
] as const satisfies readonly Permission[];

const administering = [
  ...marketing,
  "workspace:write",
  "people:write",
  "api-keys:write",
] as const satisfies readonly Permission[];

/** Setting up SMS (senders, registration, carriers) has a separate permission; only super admins have it by role. */
export const permissionsOfRole: Record<Role, readonly Permission[]> = {
  super_admin: permissions,
  admin: administering,
  marketer: marketing,
  agent: helping,
  viewer: reading,
};

/** What a person may do: the role's permissions, and SMS set-up if it was granted in addition. */
export function permissionsOf(member: { role: Role; sms_setup: boolean }): ReadonlySet<Permission> {
  const granted = new Set<Permission>(permissionsOfRole[member.role]);
  if (member.sms_setup) granted.add("sms-setup:write");
  return granted;
}

/** What an API key's scopes allow at the moment; `maker` is null for a key of the workspace itself, which has a role. */
export function permissionsOfKey(
  scopes: readonly Scope[],
  role: Role,
  maker: { role: Role; sms_setup: boolean } | null,
): Permission[] {
  const held = maker ? permissionsOf(maker) : new Set(permissionsOfRole[role]);
  if (scopes.includes(everything)) return [...held];
  return scopes.filter((scope): scope is Permission => scope !== everything && (!maker || held.has(scope)));
}

/** Whether the held permissions include all of a role's, which an API key with fewer scopes than its maker's role does not. */
export function coversRole(held: ReadonlySet<Permission>, role: Role): boolean {
  return permissionsOfRole[role].every((permission) => held.has(permission));
}
