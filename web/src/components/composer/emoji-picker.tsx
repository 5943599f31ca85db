import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { languageOfTag } from "../../lib/language.ts";
import { Input } from "../../ui/field.tsx";
import { findEmoji } from "./emoji.ts";
import { GlyphGrid } from "./glyph-grid.tsx";

/** Emoji by category, searched by their names. */
export function EmojiPicker({ onPick }: { onPick: (character: string) => void }) {
  const t = useTranslations("composer.emojiPicker");
  const language = languageOfTag(useLocale()) ?? "en";
  const [query, setQuery] = useState("");
  const groups = findEmoji(query, language);
  return (
    <>
      <div className="border-b border-line p-2">
        <Input
          type="search"
          autoFocus
          aria-label={t("search")}
          placeholder={t("search")}
          value={query}
          onChange={setQuery}
          onKeyDown={(event) => {
            const first = groups[0]?.found[0];
            if (event.key === "Enter" && query.trim() !== "" && first) {
              event.preventDefault();
              onPick(first.character);
            }
          }}
        />
      </div>
      {groups.length === 0 ? (
        <p role="status" className="px-3 py-4 text-soft">
          {t("none", { query: query.trim() })}
        </p>
      ) : (
        <GlyphGrid
          groups={groups.map(({ category, found }) => ({
            label: t(category),
            glyphs: found.map((one) => ({ character: one.character, name: one.names[language], costly: false })),
          }))}
          onPick={onPick}
        />
      )}
      <p className="border-t border-line px-3 py-2 text-sm text-faint">{t("cost")}</p>
    </>
  );
}
