/** The modules of Varsla, from the lowest rank up. */
import { accountsModule } from "./accounts/module.ts";
import { activityModule } from "./activity/module.ts";
import type { Presenters, Subscriber } from "./activity/subscriber.ts";
import { alertsModule } from "./alerts/module.ts";
import { analyticsModule } from "./analytics/module.ts";
import { apiModule } from "./api/module.ts";
import type { ModuleRoutes, RouteServices } from "./api/services.ts";
import { bookingsModule } from "./bookings/module.ts";
import { campaignsModule } from "./campaigns/module.ts";
import { carriersModule } from "./carriers/module.ts";
import { consentModule } from "./consent/module.ts";
import { contactsModule } from "./contacts/module.ts";
import { eventsModule } from "./events/module.ts";
import type { DueWork } from "./kit/due.ts";
import type { JobKind } from "./kit/job-kinds.ts";
import type { JobHandler, PeriodicJob } from "./kit/jobs.ts";
import type { SourceTopics } from "./kit/live-updates.ts";
import { kitModule } from "./kit/module.ts";
import type { DueServices, Running, Services } from "./kit/services.ts";
import { linksModule } from "./links/module.ts";
import { type MailServices, mailModule } from "./mail/module.ts";
import { messagesModule, type PathServices } from "./messages/module.ts";
import { privacyModule } from "./privacy/module.ts";
import { quotaModule } from "./quota/module.ts";
import { sendersModule } from "./senders/module.ts";
import { templatesModule } from "./templates/module.ts";
import { webhooksModule } from "./webhooks/module.ts";

export interface Module {
  /** Handlers by resource of the contract; several modules may handle one resource. */
  routes?: (services: RouteServices) => ModuleRoutes;
  /** Job handlers by name. */
  jobs?: (services: Services) => Record<string, JobHandler>;
  /** The kinds of those that are not brief. */
  kinds?: Readonly<Record<string, JobKind>>;
  /** Its scheduled jobs. */
  periodic?: readonly PeriodicJob[];
  /** What becomes due by the clock. */
  due?: (services: DueServices & Pick<MailServices, "createMailTransport">) => readonly DueWork[];
  /** What reads activity; `present` shows what it is about, by all modules. */
  subscribers?: (present: Presenters) => readonly Subscriber[];
  /** How the subjects of its activity are shown; by the configuration where they have addresses. */
  presents?: Presenters | ((services: Pick<Services, "config">) => Presenters);
  /** The topics of live updates of what it sends messages for, by type of source. */
  topics?: SourceTopics;
  /** Starts, in every process, what its roles need. Modules are stopped in reverse order. */
  start?: (services: PathServices & MailServices) => Promise<Running | undefined | void>;
}

export const modules: readonly Module[] = [
  kitModule,
  activityModule,
  accountsModule,
  quotaModule,
  contactsModule,
  sendersModule,
  carriersModule,
  linksModule,
  consentModule,
  mailModule,
  messagesModule,
  templatesModule,
  campaignsModule,
  webhooksModule,
  bookingsModule,
  eventsModule,
  alertsModule,
  analyticsModule,
  privacyModule,
  apiModule,
];

/** Of all modules. */
export const sourceTopics: SourceTopics = Object.assign({}, ...modules.map(({ topics }) => topics));

/** What reads activity, of all modules. */
export function allSubscribers(services: Pick<Services, "config">): Subscriber[] {
  const own = modules.map(({ presents }) => (typeof presents === "function" ? presents(services) : presents));
  const present: Presenters = Object.assign({}, ...own);
  return modules.flatMap(({ subscribers }) => subscribers?.(present) ?? []);
}
