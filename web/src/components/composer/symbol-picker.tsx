import { useTranslations } from "use-intl";
import { countSegments } from "../../../../rules/gsm-segments.ts";
import { GlyphGrid } from "./glyph-grid.tsx";
import { type SymbolGroup, symbols } from "./symbols.ts";

/** Special characters by group; those outside the GSM alphabet carry a dot. */
export function SymbolPicker({ onPick }: { onPick: (character: string) => void }) {
  const t = useTranslations("composer.symbols");
  return (
    <>
      <GlyphGrid
        takesFocus
        groups={(Object.keys(symbols) as SymbolGroup[]).map((group) => ({
          label: t(group),
          glyphs: symbols[group].map((character) => {
            const costly = countSegments(character).encoding === "UCS-2";
            return { character, name: costly ? t("costly", { character }) : character, costly };
          }),
        }))}
        onPick={onPick}
      />
      <p className="border-t border-line px-3 py-2 text-sm text-faint">{t("cost")}</p>
    </>
  );
}
