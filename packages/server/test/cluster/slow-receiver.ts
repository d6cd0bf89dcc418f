/** A webhook, a process of its own, that takes its time to answer; its parent hears how much it has answered. */

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const latencyMs = Number(process.argv[2]);
let answered = 0;
const server = createServer((request, response) => {
  request.resume();
  setTimeout(() => {
    answered += 1;
    response.end();
  }, latencyMs);
});
server.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
setInterval(() => process.send?.({ answered }), 50);
process.on("disconnect", () => process.exit());
