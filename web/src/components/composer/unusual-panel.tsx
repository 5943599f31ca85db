import { ArrowRight } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "../../ui/button.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { Count } from "./counter.ts";

const shownAtMost = 8;

/** Why the message is UCS-2, and what can be done. Nothing is replaced unless a button is pressed. */
export function UnusualPanel({
  count,
  onReplace,
}: {
  count: Count;
  /** Replaces one character everywhere, or every replaceable one when null. */
  onReplace: (character: string | null) => void;
}) {
  const t = useTranslations("composer.unusual");
  const { unusual, optOutUnusual, plain } = count;
  if (count.encoding === "GSM-7" || unusual.length + optOutUnusual.length === 0) return null;
  const replaceable = unusual.filter((one) => one.replacement !== null);
  const name = (character: string) => (isVisible(character) ? `“${character}”` : t("invisible"));
  const replacementName = (text: string) =>
    text === "" ? t("nothing") : text.trim() === "" ? t("blank") : `“${text}”`;
  return (
    <Notice
      tone="warn"
      title={t("title", { count: unusual.length + optOutUnusual.length })}
      action={
        replaceable.length > 1 || (replaceable.length === 1 && plain !== null && plain < count.segments) ? (
          <Button size="small" onClick={() => onReplace(null)}>
            {plain !== null && plain < count.segments
              ? t("allSaves", { after: plain, before: count.segments })
              : t("all")}
          </Button>
        ) : undefined
      }
    >
      <ul className="mt-1 flex flex-wrap gap-1.5">
        {unusual.slice(0, shownAtMost).map(({ character, replacement, count: times }) => (
          <li key={character} className="flex min-h-7 items-center text-sm">
            {replacement === null ? (
              <span className="px-1">{t("kept", { character: name(character) })}</span>
            ) : (
              <Button
                size="small"
                aria-label={t("replace", { character: name(character), replacement: replacementName(replacement) })}
                title={t("replace", { character: name(character), replacement: replacementName(replacement) })}
                onClick={() => onReplace(character)}
              >
                <Glyph>{isVisible(character) ? character : t("invisible")}</Glyph>
                <ArrowRight aria-hidden />
                <Glyph>{replacement.trim() === "" ? replacementName(replacement) : replacement}</Glyph>
                {times > 1 ? <span className="font-normal text-faint">{t("times", { count: times })}</span> : null}
              </Button>
            )}
          </li>
        ))}
        {optOutUnusual.map(({ character }) => (
          <li key={character} className="flex min-h-7 items-center px-1 text-sm">
            {t("inOptOut", { character: name(character) })}
          </li>
        ))}
      </ul>
    </Notice>
  );
}

function Glyph({ children }: { children: ReactNode }) {
  return <span className="rounded-sm bg-sunken px-1.5 text-base">{children}</span>;
}

const isVisible = (character: string) => !/^[\p{Z}\p{Cf}\p{Cc}]+$/u.test(character);
