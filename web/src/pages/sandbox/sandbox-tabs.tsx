import { useTranslations } from "use-intl";
import { PageTabs } from "../../components/page-tabs.tsx";
import { paths } from "../../paths.ts";

const pages = { phones: paths.sandbox(), mailbox: paths.sandboxMailbox() };

/** The phones, and the mailbox. */
export function SandboxTabs({ open }: { open: keyof typeof pages }) {
  const t = useTranslations("sandbox");
  const shown = (["phones", "mailbox"] as const).map((page) => ({ path: pages[page], label: t(page) }));
  return <PageTabs label={t("title")} pages={shown} open={pages[open]} />;
}
