import { isField } from "./fields.ts";
import { BubbleText } from "./phone-preview.tsx";
import { renderDefaults } from "./rendered.ts";
import { useFieldLabels } from "./use-field-labels.ts";

/** A stored text in a bubble, with defaults for its placeholders. Loaded apart from its page, as it needs Liquid's tokenizer. */
export function TextWithDefaults({
  text,
  optOutText,
  known,
  shortLink,
}: {
  text: string;
  optOutText: string | null;
  known: Readonly<Record<string, string | undefined>>;
  /** What links are shown as, or null where they are not shortened. */
  shortLink: string | null;
}) {
  const labelOf = useFieldLabels();
  const pieces = renderDefaults(text, isField, labelOf, known, shortLink);
  return <BubbleText pieces={pieces} optOutText={optOutText} dark={false} />;
}
