import { useTranslations } from "use-intl";
import { countSegments } from "../../../../rules/gsm-segments.ts";
import { GlyphGrid } from "./glyph-grid.tsx";

/** Special characters by group. Those outside the GSM alphabet are marked in the picker: they cost more. */
export const symbols = {
  currency: ["€", "£", "$", "¥", "¢", "₩", "₹"],
  punctuation: ["«", "»", "“", "”", "’", "–", "—", "…", "·", "•", "¿", "¡", "§", "¶"],
  arrows: ["→", "←", "↑", "↓", "↔", "⇒", "➜", "»"],
  maths: ["+", "−", "×", "÷", "=", "≈", "≠", "≤", "≥", "±", "%", "‰", "½", "¼", "¾", "²", "³", "°"],
  letters: ["æ", "ø", "å", "Æ", "Ø", "Å", "ä", "ö", "Ä", "Ö", "ü", "é", "è", "ñ", "ß", "ð", "þ"],
  marks: ["©", "®", "™", "★", "☆", "✓", "✗", "♥", "♪", "☎", "✉", "№", "#", "@", "&"],
} as const satisfies Record<string, readonly string[]>;

type SymbolGroup = keyof typeof symbols;

/** Special characters by group; those outside the GSM alphabet have a dot. */
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
