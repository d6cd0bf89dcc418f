import manifest from "../package.json" with { type: "json" };

/** The service's version, as in its package.json. */
export const version: string = manifest.version;

/** What every outbound request names itself. */
export const userAgent = `Event-Sinks/${version}`;
