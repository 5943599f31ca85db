import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { useFormatter, useLocale, useTranslations } from "use-intl";
import { builtInStatuses } from "../../../../contract/booking-places.ts";
import { formatPhoneNumber } from "../../../../rules/phone-number-format.ts";
import { query } from "../../api/queries.ts";
import { useMay, useWorkspace } from "../../lib/session.ts";
import type { Wording } from "./when-sentence.ts";

const all = { query: { limit: 200, archived: "true" as const } };

/** The built-in statuses and the workspace's own, each under the name that people know. */
export function useStatuses(): { value: string; label: string }[] {
  const t = useTranslations("statuses.bookings");
  const { data } = useQuery(query("bookingStatuses", "get"));
  return useMemo(
    () => [
      ...builtInStatuses.map((status) => ({ value: status as string, label: t(status) })),
      ...(data?.items ?? []).map(({ name }) => ({ value: name, label: name })),
    ],
    [t, data],
  );
}

/** A language's name in the reader's own, by its code. */
export function useLanguageName(): (language: string) => string {
  const locale = useLocale();
  return useCallback(
    (language) => {
      try {
        return new Intl.DisplayNames(locale, { type: "language" }).of(language) ?? language;
      } catch {
        return language; // no language code
      }
    },
    [locale],
  );
}

/** What sentences about workflows need. An id whose name is not known yet, or no longer, is shown as a dash. */
export function useWording(): Wording {
  const t = useTranslations("workflows.sentence");
  const format = useFormatter();
  const may = useMay();
  const { country } = useWorkspace();
  const statuses = useStatuses();
  const languageName = useLanguageName();
  const services = useQuery(query("services", "list", all));
  const locations = useQuery(query("locations", "list", all));
  const resources = useQuery(query("resources", "list", all));
  const lists = useQuery({
    ...query("lists", "list", { query: { limit: 200 } }),
    enabled: may("contacts:read"),
  });
  const webhooks = useQuery({ ...query("webhooks", "list"), enabled: may("workspace:write") });
  return useMemo(() => {
    const names: Record<string, ReadonlyMap<string, string>> = {
      services: namesOf(services.data),
      locations: namesOf(locations.data),
      resources: namesOf(resources.data),
      lists: namesOf(lists.data),
      webhooks: new Map(webhooks.data?.items.map(({ id, url }) => [id, url])),
    };
    return {
      say: (key, values) => t(key as "customer_created", values as never),
      list: (parts) => format.list(parts),
      nameOf: (kind, ref) => names[kind]?.get(ref) ?? "–",
      statusName: (status) => statuses.find(({ value }) => value === status)?.label ?? status,
      languageName,
      phone: (number) => formatPhoneNumber(number, country),
    };
  }, [
    t,
    format,
    country,
    statuses,
    languageName,
    services.data,
    locations.data,
    resources.data,
    lists.data,
    webhooks.data,
  ]);
}

const namesOf = (data: { items: { id: string; name: string }[] } | undefined) =>
  new Map(data?.items.map(({ id, name }) => [id, name]));
