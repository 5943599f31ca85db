import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "../ui/button.tsx";
import { Field, Input } from "../ui/field.tsx";
import type { FieldBinding } from "../ui/form.tsx";

/** A password, hidden unless shown by its button. `fresh` is for one that is being chosen. */
export function PasswordField({
  fresh,
  label,
  hint,
  placeholder,
  autoComplete,
  ...field
}: FieldBinding<string> & {
  fresh?: boolean;
  label?: string;
  hint?: string;
  placeholder?: string | undefined;
  autoComplete?: string;
}) {
  const t = useTranslations("account");
  const [shown, setShown] = useState(false);
  return (
    <Field label={label ?? t("password")} error={field.error} hint={hint ?? (fresh ? t("passwordHint") : undefined)}>
      {(wiring) => (
        <div className="relative">
          <Input
            {...wiring}
            name={field.name}
            value={field.value}
            onChange={field.onChange}
            type={shown ? "text" : "password"}
            autoComplete={autoComplete ?? (fresh ? "new-password" : "current-password")}
            placeholder={placeholder}
            className="pr-9"
            spellCheck={false}
          />
          <IconButton
            label={shown ? t("hidePassword") : t("showPassword")}
            size="small"
            className="absolute top-0.5 right-0.5"
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
          >
            {shown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </IconButton>
        </div>
      )}
    </Field>
  );
}

/** The shortest password that the server accepts, in characters. */
const shortestPassword = 10;

/** Whether a password is shorter; an emoji is one character, though it takes two units of a string. */
export const isTooShort = (password: string) => [...password].length < shortestPassword;
