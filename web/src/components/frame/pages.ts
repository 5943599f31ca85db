import { CalendarDays, House, List, type LucideIcon, Megaphone, Settings, Smartphone, Users } from "lucide-react";
import type { Permission } from "../../../../contract/permissions.ts";
import { paths } from "../../paths.ts";

interface PageEntry {
  /** Its key in the frame's catalogue. */
  name: "home" | "campaigns" | "bookings" | "contacts" | "lists" | "settings" | "sandbox";
  path: string;
  /** Other pages that belong to it. */
  also?: readonly string[];
  icon: LucideIcon;
  permission: Permission;
  /** Shown at the foot of the navigation. */
  foot?: true;
}

/** The sections of the settings, by their keys in the catalogue; those of a group stand together under its name. */
export const settingsSections = [
  { name: "workspace", path: paths.workspaceSettings(), permission: "workspace:read" },
  { name: "people", path: paths.people(), permission: "people:read" },
  { name: "senders", path: paths.senders(), permission: "senders:read" },
  { name: "carriers", path: paths.carriers(), permission: "sms-setup:write" },
  { name: "subscriptionTypes", path: paths.subscriptionTypes(), permission: "consent:read" },
  { name: "quietHours", path: paths.quietHours(), permission: "workspace:read" },
  { name: "retention", path: paths.retention(), permission: "workspace:read" },
  { name: "apiKeys", path: paths.apiKeys(), permission: "api-keys:write" },
  { name: "webhooks", path: paths.webhooks(), permission: "workspace:write" },
  { name: "audit", path: paths.audit(), permission: "audit:read" },
  { name: "services", path: paths.services(), permission: "bookings:read", group: "bookings" },
  { name: "locations", path: paths.locations(), permission: "bookings:read", group: "bookings" },
  { name: "resources", path: paths.resources(), permission: "bookings:read", group: "bookings" },
  { name: "bookingStatuses", path: paths.bookingStatuses(), permission: "bookings:read", group: "bookings" },
  { name: "bookingSettings", path: paths.bookingSettings(), permission: "workspace:read", group: "bookings" },
] as const satisfies readonly { name: string; path: string; permission: Permission; group?: "bookings" }[];
export type SettingsSection = Pick<(typeof settingsSections)[number], "name" | "path" | "permission"> & {
  group?: "bookings";
};

/** The entries of the navigation, in their order. */
export const pages: readonly PageEntry[] = [
  { name: "home", path: paths.home(), icon: House, permission: "workspace:read" },
  { name: "campaigns", path: paths.campaigns(), icon: Megaphone, permission: "campaigns:read" },
  { name: "bookings", path: paths.bookings(), icon: CalendarDays, permission: "bookings:read" },
  { name: "contacts", path: paths.contacts(), also: [paths.tray()], icon: Users, permission: "contacts:read" },
  { name: "lists", path: paths.lists(), icon: List, permission: "contacts:read" },
  { name: "settings", path: paths.settings(), icon: Settings, permission: "workspace:read" },
  { name: "sandbox", path: paths.sandbox(), icon: Smartphone, permission: "sandbox:use", foot: true },
];
