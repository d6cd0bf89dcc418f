/** Where each page stands. The router takes no other, and the test of all pages walks over these. */
export const pagePaths = [
  "/",
  "/sinks",
  "/sinks/new",
  "/sinks/$id",
  "/alerts",
  "/alerts/$uid",
  "/deliveries",
  "/deliveries/$id",
  "/slack",
  "/keys",
  "/audit",
  "/settings",
] as const;

export type PagePath = (typeof pagePaths)[number];
