/**
 * Severities of OCSF (the Open Cybersecurity Schema Framework, `severity_id` in its
 * dictionary), which is what Scanner sends. `Information` is read as `Informational`.
 */
export const severityNames = {
  0: "Unknown",
  1: "Informational",
  2: "Low",
  3: "Medium",
  4: "High",
  5: "Critical",
  6: "Fatal",
  99: "Other",
} as const;

export type SeverityId = keyof typeof severityNames;
export type SeverityName = (typeof severityNames)[SeverityId];

/** The severity with this number, or undefined when OCSF has none. */
export function severityFromId(id: number): SeverityId | undefined {
  return Object.hasOwn(severityNames, id) ? (id as SeverityId) : undefined;
}

const idsByName: ReadonlyMap<string, SeverityId> = new Map([
  ...Object.entries(severityNames).map(
    ([id, name]) => [name.toLowerCase(), Number(id) as SeverityId] as const,
  ),
  ["information", 1],
]);

/** The severity with this name in any case, or undefined. */
export function severityFromName(name: string): SeverityId | undefined {
  return idsByName.get(name.toLowerCase());
}

/**
 * How grave a severity is, for comparing: higher is worse. Unknown and Other say
 * nothing, so they rank below Informational.
 */
export function severityRank(id: SeverityId): number {
  return id === 99 ? 0 : id;
}

/** From Critical on an alert goes before everything else of its sink. */
export function isUrgentSeverity(id: SeverityId): boolean {
  return severityRank(id) >= severityRank(5);
}
