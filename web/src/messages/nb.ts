import type { Messages, Translation } from "./languages.ts";
import { account } from "./nb/account.ts";
import { alerts } from "./nb/alerts.ts";
import { campaigns } from "./nb/campaigns.ts";
import { composer } from "./nb/composer.ts";
import { contacts } from "./nb/contacts.ts";
import { frame } from "./nb/frame.ts";
import { home } from "./nb/home.ts";
import { lists } from "./nb/lists.ts";
import { privacy } from "./nb/privacy.ts";
import { problems } from "./nb/problems.ts";
import { sandbox } from "./nb/sandbox.ts";
import { settings } from "./nb/settings.ts";
import { subscription } from "./nb/subscription.ts";
import { ui } from "./nb/ui.ts";
import { webhooks } from "./nb/webhooks.ts";

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
