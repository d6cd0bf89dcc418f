/**
 * Checking requests against their TypeBox schemas, and saying what is wrong in sentences
 * that name the field and the cure.
 */

import type { FastifySchemaCompiler } from "fastify";
import type { TSchema } from "typebox";
// Not `typebox/compile`, which would bring conversions of values as well, 146 modules that nothing here uses.
import { Compile } from "typebox/schema";
import { ApiError, type ErrorDetail } from "../../errors.ts";

/** One finding of TypeBox's, in ajv's form. */
interface Finding {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly params: object;
}

/** The parts of a JSON Schema that sentences are made from. */
interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly anyOf?: readonly SchemaNode[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly [keyword: string]: unknown;
}

/** What a schema has to say of a value: an error to throw, or undefined when it fits. */
export type Check = (value: unknown) => ApiError | undefined;

/** Compiles a schema. */
export function compileCheck(schema: TSchema): Check {
  const validator = Compile(schema);
  return (value) =>
    validator.Check(value)
      ? undefined
      : describeFindings(asNode(schema), value, validator.Errors(value)[1]);
}

/**
 * For Fastify. Path parameters are read by the routes: an id that is no UUID is a 404, not a 400. A schema is
 * compiled with its route's first request: all of them together would be a tenth of a start.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart !== "body" && httpPart !== "querystring") return () => true;
  let check: Check | undefined;
  return (value: unknown) => {
    check ??= compileCheck(schema);
    const error = check(httpPart === "querystring" ? readQuery(asNode(schema), value) : value);
    return error === undefined ? true : { error };
  };
};

/**
 * Query parameters are text: those whose schema is an integer are read as one, and empty
 * ones count as left out.
 */
function readQuery(schema: SchemaNode, query: unknown): unknown {
  if (!isRecord(query)) return query;
  for (const [name, value] of Object.entries(query)) {
    if (value === "") delete query[name];
    else if (schema.properties?.[name]?.type === "integer" && /^\d{1,15}$/.test(String(value))) {
      query[name] = Number(value);
    }
  }
  return query;
}

function describeFindings(schema: SchemaNode, value: unknown, findings: Finding[]): ApiError {
  const found = withoutNoise(schema, findings).flatMap((finding) =>
    describe(schema, value, finding),
  );
  const details = found.length > 0 ? found : describeUnknown(schema, findings);
  const isUnknown = findings.every(({ keyword }) => isUnknownField(keyword));
  const [first] = details;
  const more = details.length > 1 ? ` And ${details.length - 1} more, see \`details\`.` : "";
  return new ApiError(
    isUnknown ? "unknown_field" : "invalid_request",
    `${first?.message ?? "The request does not fit its schema."}${more}`,
    { details },
  );
}

const isUnknownField = (keyword: string) =>
  keyword === "additionalProperties" || keyword === "boolean";

/**
 * Leaves out what is said again or is beside the point: each unknown field's `false`, and the
 * branches of a union that the value is plainly not. If one branch is left, its findings say more
 * than that the union failed; otherwise that alone is said.
 */
function withoutNoise(schema: SchemaNode, findings: Finding[]): Finding[] {
  let kept = findings.filter(({ keyword }) => keyword !== "boolean");
  for (const union of findings.filter(({ keyword }) => keyword === "anyOf")) {
    const branchPath = (index: number) => `${union.schemaPath}/anyOf/${index}`;
    const isOf = (finding: Finding, path: string) =>
      finding.schemaPath === path || finding.schemaPath.startsWith(`${path}/`);
    const branches = (nodeAt(schema, union.schemaPath).anyOf ?? []).map((_, index) =>
      branchPath(index),
    );
    const plausible = branches.filter(
      (path) => !kept.some(({ keyword, schemaPath }) => keyword === "type" && schemaPath === path),
    );
    const dropped = branches.filter((path) => plausible.length !== 1 || path !== plausible[0]);
    kept = kept.filter(
      (finding) =>
        !dropped.some((path) => isOf(finding, path)) &&
        (plausible.length !== 1 || finding !== union),
    );
  }
  // Which sink type is meant comes before what is wrong with its arguments.
  const isCount = ({ keyword }: Finding) => /^m(ax|in)Properties$/.test(keyword);
  return [...kept.filter(isCount), ...kept.filter((finding) => !isCount(finding))];
}

/** TypeBox stops after a few findings: of many unknown fields it tells one by one, and not that they are unknown. */
function describeUnknown(schema: SchemaNode, findings: Finding[]): ErrorDetail[] {
  return findings
    .filter(({ keyword }) => keyword === "boolean")
    .map(({ instancePath, schemaPath }) => {
      const path = dotted(instancePath);
      return unknownField(path, nodeAt(schema, schemaPath.replace(/\/additionalProperties$/, "")));
    });
}

function unknownField(path: string, { properties = {} }: SchemaNode): ErrorDetail {
  const known = Object.keys(properties).map((name) => `\`${name}\``);
  return { path, message: `\`${path}\` is not a field here: known are ${known.join(", ")}.` };
}

function describe(schema: SchemaNode, root: unknown, finding: Finding): ErrorDetail[] {
  const own = nodeAt(schema, finding.schemaPath);
  const union = nodeAt(schema, finding.schemaPath.replace(/\/anyOf\/\d+$/, ""));
  const { description = union.description } = own;
  const node: SchemaNode = description === undefined ? own : { ...own, description };
  const path = dotted(finding.instancePath);
  const value = valueAt(root, finding.instancePath);
  const below = (name: string) => (path === "" ? name : `${path}.${name}`);
  const { params } = finding;

  if (finding.keyword === "required") {
    return namesIn(params, "requiredProperties").map((name) => ({
      path: below(name),
      message: `\`${below(name)}\` is missing${hint(node.properties?.[name])}.`,
    }));
  }
  if (finding.keyword === "additionalProperties") {
    return namesIn(params, "additionalProperties").map((name) => unknownField(below(name), node));
  }
  if (path === "") {
    const given = value === null ? "and there is none" : `not ${kindOf(value)}`;
    return [{ path, message: `The body must be a JSON object, ${given}.` }];
  }
  return [{ path, message: `\`${path}\` ${ruleOf(finding.keyword, node, value)}.` }];
}

/** What the field must be, as the rest of a sentence. */
function ruleOf(keyword: string, node: SchemaNode, value: unknown): string {
  switch (keyword) {
    case "type":
    case "anyOf":
      return `must be ${expectedBy(node)}, not ${kindOf(value)}${hint(node)}`;
    case "enum":
    case "const":
      return `must be ${expectedBy(node)}, not ${nameOf(value)}${hint(node)}`;
    case "minLength":
    case "maxLength":
      return `must have ${range(node["minLength"] ?? 0, node["maxLength"])} characters${hint(node)}`;
    case "minItems":
    case "maxItems":
      return `must have ${range(node["minItems"] ?? 0, node["maxItems"])} items${hint(node)}`;
    case "minimum":
    case "maximum":
      return `must be ${range(node["minimum"], node["maximum"])}`;
    case "minProperties":
    case "maxProperties":
      return countRule(node, value);
    case "format":
      return node["format"] === "uuid"
        ? `must be a UUID${hint(node)}`
        : `does not fit${hint(node)}`;
    default:
      return `does not fit${hint(node)}`;
  }
}

function countRule(node: SchemaNode, value: unknown): string {
  if (node["minProperties"] !== 1 || node["maxProperties"] !== 1) {
    return `must have ${range(node["minProperties"] ?? 0, node["maxProperties"])} fields`;
  }
  const held = isRecord(value) ? Object.keys(value).map((name) => `\`${name}\``) : [];
  const known = Object.keys(node.properties ?? {}).map((name) => `\`${name}\``);
  return `must hold exactly one of ${known.join(", ")}; it holds ${held.join(" and ") || "none"}`;
}

function expectedBy(node: SchemaNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(expectedBy).join(" or ");
  if (node.enum !== undefined) return `one of ${node.enum.map((one) => `\`${one}\``).join(", ")}`;
  if (node.const !== undefined) return `\`${node.const}\``;
  const { type = "something else" } = node;
  if (type === "null") return type;
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function range(least: unknown, most: unknown): string {
  if (most === undefined) return `at least ${least}`;
  return least === 0 ? `at most ${most}` : `${least} to ${most}`;
}

function hint(node: SchemaNode | undefined): string {
  const description = node?.description?.replace(/\.$/, "");
  return description === undefined ? "" : ` (${description})`;
}

function nameOf(value: unknown): string {
  return typeof value === "string" && value.length <= 40 ? `\`${value}\`` : kindOf(value);
}

/** Without the value itself: what stands in the wrong place may well be a secret. */
function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return "a string";
  if (typeof value === "number" || JSON.isRawJSON(value)) return "a number";
  return typeof value === "object" ? "an object" : `${value}`;
}

function nodeAt(schema: SchemaNode, path: string): SchemaNode {
  let node: unknown = schema;
  for (const step of steps(path.replace(/^#/, ""))) node = isRecord(node) ? node[step] : undefined;
  return asNode(node);
}

function asNode(value: unknown): SchemaNode {
  return isRecord(value) ? value : {};
}

function valueAt(root: unknown, path: string): unknown {
  let value: unknown = root;
  for (const step of steps(path)) value = isRecord(value) ? value[step] : undefined;
  return value;
}

/** `/event_sink_args/Webhook/url` as `event_sink_args.Webhook.url`. */
function dotted(path: string): string {
  return steps(path).join(".");
}

/** A JSON pointer's steps (RFC 6901). */
function steps(path: string): string[] {
  if (path === "") return [];
  const parts = path.slice(1).split("/");
  return parts.map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Arrays count: they are walked by index. */
function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function namesIn(params: object, key: string): string[] {
  const names: unknown = Reflect.get(params, key);
  return Array.isArray(names) ? names.map(String) : [];
}
