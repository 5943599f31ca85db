import { useTranslations } from "use-intl";

/** An event in words; one that this page does not know stands as it came. */
export function useEventName(): (event: string) => string {
  const t = useTranslations("webhooks");
  return (event) => {
    const key = `eventNames.${event.replaceAll(".", "_")}` as "eventNames.webhook_test";
    return t.has(key) ? t(key) : event;
  };
}
