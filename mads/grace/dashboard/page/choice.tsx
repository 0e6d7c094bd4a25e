import { useId } from 'preact/hooks';

/** A few exclusive choices side by side. */
export function Choice<Value extends string>(props: {
  readonly name: string;
  readonly options: Readonly<Record<Value, string>>;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  const id = useId();
  return (
    <fieldset class="choice">
      <legend class="unseen">{props.name}</legend>
      {(Object.entries(props.options) as [Value, string][]).map(([value, title]) => (
        <label key={value}>
          <input
            type="radio"
            name={id}
            value={value}
            checked={value === props.value}
            onChange={() => props.onChange(value)}
          />
          <span>{title}</span>
        </label>
      ))}
    </fieldset>
  );
}

export function Select(props: {
  readonly name: string;
  readonly options: readonly (readonly [value: string, title: string])[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const id = useId();
  return (
    <div class="select">
      <label for={id}>{props.name}</label>
      <select id={id} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.options.map(([value, title]) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </div>
  );
}
