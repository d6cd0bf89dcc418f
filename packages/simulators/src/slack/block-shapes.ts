/**
 * A small language for saying what JSON must look like, that complains as Slack does:
 * `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`.
 */

export interface Problem {
  readonly message: string;
  /** JSON pointer. */
  readonly at: string;
}

export type Shape = (value: unknown, at: string, problems: Problem[]) => void;

export const renderProblem = (problem: Problem) =>
  `${problem.message} [json-pointer:${problem.at}]`;

/** Characters are counted as UTF-16 units, never fewer than Slack may count. */
export function text(charactersMax: number, charactersMin = 1): Shape {
  return (value, at, problems) => {
    if (typeof value !== "string") problems.push({ message: "must provide a string", at });
    else if (value.length > charactersMax) {
      problems.push({ message: `must be less than ${charactersMax + 1} characters`, at });
    } else if (value.length < charactersMin) {
      problems.push({ message: `must be more than ${charactersMin - 1} characters`, at });
    }
  };
}

export function url(charactersMax: number): Shape {
  const isText = text(charactersMax);
  return (value, at, problems) => {
    isText(value, at, problems);
    const protocol = typeof value === "string" ? URL.parse(value)?.protocol : undefined;
    if (protocol === undefined || !/^(https?|mailto|tel|slack):$/.test(protocol)) {
      problems.push({ message: "must be a valid URL", at });
    }
  };
}

export const flag: Shape = (value, at, problems) => {
  if (typeof value !== "boolean") problems.push({ message: "must be a boolean", at });
};

export function integer(min: number, max: number): Shape {
  return (value, at, problems) => {
    if (!Number.isInteger(value) || Number(value) < min || Number(value) > max) {
      problems.push({ message: `must be an integer from ${min} to ${max}`, at });
    }
  };
}

export function oneOf(...values: readonly string[]): Shape {
  return (value, at, problems) => {
    if (typeof value !== "string" || !values.includes(value)) {
      problems.push({ message: `must be one of: ${values.join(", ")}`, at });
    }
  };
}

export function list(item: Shape, countMax: number, countMin = 1): Shape {
  return (value, at, problems) => {
    if (!Array.isArray(value)) {
      problems.push({ message: "must provide an array", at });
      return;
    }
    if (value.length > countMax) {
      problems.push({ message: `no more than ${countMax} items allowed`, at });
    }
    if (value.length < countMin) {
      problems.push({ message: `no fewer than ${countMin} items allowed`, at });
    }
    value.forEach((entry: unknown, index) => {
      item(entry, `${at}/${index}`, problems);
    });
  };
}

/** An object with these fields and no others. */
export function object(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (value, at, problems) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      problems.push({ message: "must provide an object", at });
      return;
    }
    for (const name of Object.keys(required)) {
      if (!Object.hasOwn(value, name)) {
        problems.push({ message: `missing required field: ${name}`, at });
      }
    }
    for (const [name, inner] of Object.entries(value)) {
      const shape = Object.hasOwn(required, name)
        ? required[name]
        : Object.hasOwn(optional, name)
          ? optional[name]
          : undefined;
      if (shape === undefined)
        problems.push({ message: `invalid additional property: ${name}`, at });
      else shape(inner, `${at}/${name}`, problems);
    }
  };
}

/** Objects told apart by `type`. */
export function byType(shapes: Readonly<Record<string, Shape>>): Shape {
  return (value, at, problems) => {
    if (typeof value !== "object" || value === null || !("type" in value)) {
      problems.push({ message: "missing required field: type", at });
      return;
    }
    const type = String(value.type);
    const shape = Object.hasOwn(shapes, type) ? shapes[type] : undefined;
    if (shape === undefined)
      problems.push({ message: `unsupported type: ${type}`, at: `${at}/type` });
    else shape(value, at, problems);
  };
}

/** Says first, as Slack does, that the whole fits no schema, and then why. */
export function schema(shape: Shape): Shape {
  return (value, at, problems) => {
    const inner: Problem[] = [];
    shape(value, at, inner);
    if (inner.length === 0) return;
    problems.push({ message: "failed to match all allowed schemas", at }, ...inner);
  };
}

export const anything: Shape = () => undefined;
