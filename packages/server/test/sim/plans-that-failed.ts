import type { Plan } from "./plan.ts";

/** Plans by which a fault was once found, shrunk, each with its story. */
export const plansThatFailed: readonly { readonly story: string; readonly plan: Plan }[] = [
  {
    story: "what is handed back while the disk fails does not stay leased until the next start",
    plan: {
      seed: 1599,
      sinkTypes: ["webhook", "webhook", "slack"],
      events: [
        { at: 1419, kind: "mood", sink: 0, mood: "rate_limits" },
        { at: 5014, kind: "mood", sink: 1, mood: "half_closes" },
        { kind: "alert", at: 5403, sinks: [0, 1], action: "trigger", key: "a", isUrgent: false },
        { kind: "alert", at: 15943, sinks: [2, 0], action: "trigger", key: null, isUrgent: false },
        {
          kind: "alert",
          at: 18082,
          sinks: [2, 1],
          action: "acknowledge",
          key: "a",
          isUrgent: false,
        },
        { kind: "alert", at: 19075, sinks: [2], action: "trigger", key: "a", isUrgent: false },
        { at: 19698, kind: "disk_fault", skipCount: 4, count: 1, code: 10 },
        { at: 19716, kind: "pause", sink: 0 },
      ],
      quietAt: 80000,
    },
  },
  {
    story: "a Retry-After is obeyed by the attempt that finds its sink broken as well",
    plan: {
      seed: 93,
      sinkTypes: ["slack"],
      events: [
        { at: 92314, kind: "mood", sink: 0, mood: "busy" },
        { kind: "alert", at: 209221, sinks: [0], action: "trigger", key: "b", isUrgent: false },
        { kind: "alert", at: 293431, sinks: [0], action: "resolve", key: "a", isUrgent: false },
        { kind: "alert", at: 366519, sinks: [0], action: "trigger", key: "c", isUrgent: true },
      ],
      quietAt: 1860000,
    },
  },
  {
    story: "what is held by the sink that a replay goes to is not sent again while it is pending",
    plan: {
      seed: 421,
      sinkTypes: ["pagerduty"],
      events: [
        { at: 54051, kind: "mood", sink: 0, mood: "gone" },
        { kind: "alert", at: 61044, sinks: [0], action: "trigger", key: "b", isUrgent: false },
        { kind: "replay", at: 115987, includesOvertaken: false, sink: 0, to: 0, state: "held" },
      ],
      quietAt: 180000,
    },
  },
  {
    story: "a replay of more than one step sends all of it",
    plan: {
      seed: 2,
      sinkTypes: ["webhook"],
      events: [
        ...Array.from({ length: 130 }, (_, index) => ({
          ...{ kind: "alert" as const, at: index, sinks: [0], action: "trigger" as const },
          ...{ key: null, isUrgent: false },
        })),
        {
          ...{ kind: "replay", at: 60_000, includesOvertaken: true, sink: 0, to: null },
          state: "delivered",
        },
      ],
      quietAt: 120_000,
    },
  },
  {
    story: "a failure that is stored late does not make a sink that works look failing",
    plan: {
      seed: 2663,
      sinkTypes: ["slack", "slack"],
      events: [
        { kind: "alert", at: 1111, sinks: [1, 0], action: "resolve", key: "b", isUrgent: false },
        { at: 2018, kind: "resume", sink: 1 },
        { kind: "alert", at: 2407, sinks: [1, 0], action: "resolve", key: "b", isUrgent: false },
        { kind: "alert", at: 4031, sinks: [0], action: "trigger", key: "a", isUrgent: false },
        { kind: "alert", at: 5281, sinks: [0, 1], action: "trigger", key: "b", isUrgent: false },
        { kind: "alert", at: 6361, sinks: [0], action: "resolve", key: "b", isUrgent: false },
        { at: 7430, kind: "mood", sink: 0, mood: "busy" },
        { kind: "alert", at: 7859, sinks: [1, 0], action: "trigger", key: "b", isUrgent: false },
        { kind: "alert", at: 8189, sinks: [0, 1], action: "trigger", key: null, isUrgent: false },
        { kind: "alert", at: 8566, sinks: [0, 1], action: "trigger", key: "b", isUrgent: false },
        { kind: "alert", at: 8924, sinks: [0, 1], action: "resolve", key: "a", isUrgent: false },
        { kind: "alert", at: 11518, sinks: [1, 0], action: "trigger", key: "b", isUrgent: false },
        { at: 11811, kind: "disk_fault", skipCount: 4, count: 3, code: 10 },
        { at: 11954, kind: "mood", sink: 0, mood: "good" },
        { kind: "alert", at: 13239, sinks: [1, 0], action: "trigger", key: null, isUrgent: false },
      ],
      quietAt: 80000,
    },
  },
];
