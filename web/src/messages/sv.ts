import type { Messages, Translation } from "./languages.ts";
import { account } from "./sv/account.ts";
import { alerts } from "./sv/alerts.ts";
import { campaigns } from "./sv/campaigns.ts";
import { composer } from "./sv/composer.ts";
import { contacts } from "./sv/contacts.ts";
import { frame } from "./sv/frame.ts";
import { home } from "./sv/home.ts";
import { lists } from "./sv/lists.ts";
import { privacy } from "./sv/privacy.ts";
import { problems } from "./sv/problems.ts";
import { sandbox } from "./sv/sandbox.ts";
import { settings } from "./sv/settings.ts";
import { subscription } from "./sv/subscription.ts";
import { ui } from "./sv/ui.ts";
import { webhooks } from "./sv/webhooks.ts";

export const messages: Translation<Messages> = {
  account,
  alerts,
  campaigns,
  composer,
  contacts,
  frame,
  home,
  lists,
  privacy,
  problems,
  sandbox,
  settings,
  subscription,
  ui,
  webhooks,
};
