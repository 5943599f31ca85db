/** Special characters by group. Those outside the GSM alphabet are marked in the picker: they cost. */
export const symbols = {
  currency: ["€", "£", "$", "¥", "¢", "₩", "₹"],
  punctuation: ["«", "»", "“", "”", "’", "–", "—", "…", "·", "•", "¿", "¡", "§", "¶"],
  arrows: ["→", "←", "↑", "↓", "↔", "⇒", "➜", "»"],
  maths: ["+", "−", "×", "÷", "=", "≈", "≠", "≤", "≥", "±", "%", "‰", "½", "¼", "¾", "²", "³", "°"],
  letters: ["æ", "ø", "å", "Æ", "Ø", "Å", "ä", "ö", "Ä", "Ö", "ü", "é", "è", "ñ", "ß", "ð", "þ"],
  marks: ["©", "®", "™", "★", "☆", "✓", "✗", "♥", "♪", "☎", "✉", "№", "#", "@", "&"],
} as const satisfies Record<string, readonly string[]>;

export type SymbolGroup = keyof typeof symbols;
