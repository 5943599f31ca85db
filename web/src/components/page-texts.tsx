import { type ReactNode, useMemo, useSyncExternalStore } from "react";
import { IntlProvider, useLocale, useMessages } from "use-intl";
import { shownLanguage, subscribeToTexts, textsOf } from "../lib/page-texts.ts";
import type { PageArea } from "../locales/languages.ts";

/**
 * Adds the texts of page areas, which must be loaded already, for what is inside. They change only with the language: a
 * provider around the whole app would give every table new cells, and close their menus, whenever another page is loaded.
 */
export function PageTexts({ of, children }: { of: readonly PageArea[]; children: ReactNode }) {
  const locale = useLocale();
  const around = useMessages();
  const language = useSyncExternalStore(subscribeToTexts, shownLanguage);
  // oxlint-disable-next-line react/exhaustive-deps -- the texts are those of the language
  const messages = useMemo(() => ({ ...around, ...textsOf(of) }), [around, of, language]);
  return (
    <IntlProvider locale={locale} messages={messages}>
      {children}
    </IntlProvider>
  );
}
