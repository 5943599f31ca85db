import { useTranslations } from "use-intl";

/** An event's name in the reader's language; one without a translation is shown as it is. */
export function useEventName(): (event: string) => string {
  const t = useTranslations("webhooks");
  return (event) => {
    const key = `eventNames.${event.replaceAll(".", "_")}` as "eventNames.webhook_test";
    return t.has(key) ? t(key) : event;
  };
}
