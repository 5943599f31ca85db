import { House, List, type LucideIcon, Megaphone, Settings, Smartphone, Users } from "lucide-react";
import type { Permission } from "../../../../contract/permissions.ts";
import { paths } from "../../paths.ts";

interface PageEntry {
  /** Its name in the catalogue's frame. */
  name: "home" | "campaigns" | "contacts" | "lists" | "settings" | "sandbox";
  path: string;
  icon: LucideIcon;
  permission: Permission;
  /** Stands at the foot of the navigation. */
  foot?: true;
}

/** What the navigation leads to, in its order. */
export const pages: readonly PageEntry[] = [
  { name: "home", path: paths.home(), icon: House, permission: "workspace:read" },
  { name: "campaigns", path: paths.campaigns(), icon: Megaphone, permission: "campaigns:read" },
  { name: "contacts", path: paths.contacts(), icon: Users, permission: "contacts:read" },
  { name: "lists", path: paths.lists(), icon: List, permission: "contacts:read" },
  { name: "settings", path: paths.settings(), icon: Settings, permission: "workspace:read" },
  { name: "sandbox", path: paths.sandbox(), icon: Smartphone, permission: "sandbox:use", foot: true },
];
