import { type ReactNode, useEffect, useState } from "react";
import { IntlProvider, useLocale, useMessages } from "use-intl";
import { useLanguage } from "../lib/language-provider.tsx";
import { loadPageMessages, type PageMessages } from "../messages/languages.ts";
import { Skeleton } from "../ui/states.tsx";

/** Fetches the texts that come with a page in the reader's language, and shows what needs them once they are there. */
export function PageTexts({ of, children }: { of: keyof PageMessages; children: ReactNode }) {
  const { language } = useLanguage();
  const locale = useLocale();
  const messages = useMessages();
  const [texts, setTexts] = useState<PageMessages[typeof of] | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  useEffect(() => {
    let current = true;
    loadPageMessages(of, language).then(
      // Same keys and arguments, other texts: `Translation` held them against English.
      (loaded) => current && setTexts(loaded as PageMessages[typeof of]),
      (error: unknown) => current && setFailure(error),
    );
    return () => {
      current = false;
    };
  }, [of, language]);
  if (failure && !texts) throw failure;
  if (!texts) return <Skeleton className="h-60 w-full" />;
  return (
    <IntlProvider locale={locale} messages={{ ...messages, [of]: texts }}>
      {children}
    </IntlProvider>
  );
}
