export { type DevEvent, type DevServer, startDevServer } from "./dev-server.ts";
