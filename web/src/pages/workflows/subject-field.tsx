import { Braces } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import type { ComposerScope } from "../../components/composer/scope.ts";
import { TokenDialog } from "../../components/composer/token-dialog.tsx";
import { writeToken } from "../../components/composer/token.ts";
import { useTemplateProblem } from "../../components/composer/use-template-problem.ts";
import { Button } from "../../ui/button.tsx";
import { Field, Input } from "../../ui/field.tsx";

/** One line of text with keywords, which are put in where the caret was. */
export function SubjectField({
  scope,
  value,
  onChange,
  error,
}: {
  scope: ComposerScope;
  value: string;
  onChange: (subject: string) => void;
  error: string | null;
}) {
  const t = useTranslations("workflows");
  const input = useRef<HTMLInputElement>(null);
  const caret = useRef<number | null>(null);
  const [inserting, setInserting] = useState(false);
  const problem = useTemplateProblem(value, false, scope.names);
  return (
    <>
      <Field label={t("subject")} error={problem ?? error}>
        {(wiring) => (
          <div className="flex gap-2">
            <Input
              {...wiring}
              ref={input}
              maxLength={500}
              value={value}
              onChange={onChange}
              onBlur={(event) => {
                caret.current = event.currentTarget.selectionStart;
              }}
            />
            <Button icon={<Braces aria-hidden />} aria-haspopup="dialog" onClick={() => setInserting(true)}>
              {scope.insert}
            </Button>
          </div>
        )}
      </Field>
      {inserting ? (
        <TokenDialog
          scope={scope}
          token={null}
          editing={false}
          onClose={() => setInserting(false)}
          onRemove={() => setInserting(false)}
          onSave={(token) => {
            const place = caret.current ?? value.length;
            onChange(value.slice(0, place) + writeToken(token) + value.slice(place));
            setInserting(false);
            requestAnimationFrame(() => input.current?.focus());
          }}
        />
      ) : null}
    </>
  );
}
