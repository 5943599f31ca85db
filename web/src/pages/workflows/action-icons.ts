import { ArrowRightLeft, type LucideIcon, Mail, MessageSquare, UserPen, Webhook } from "lucide-react";
import type { ActionKind } from "./workflow-draft.ts";

export const actionIcons: Record<ActionKind, LucideIcon> = {
  send_sms: MessageSquare,
  send_email: Mail,
  change_status: ArrowRightLeft,
  set_contact: UserPen,
  webhook: Webhook,
};
