import { createServer } from "node:net";
import type { ListenAddress } from "./config/workerd-config.ts";
import { addressUnusable, portForbidden, portInUse } from "./workerd/start-failure.ts";

/** Where a client on this machine reaches the server. */
export function serverUrl({ host, port }: ListenAddress): string {
  const anywhere = host === "0.0.0.0" || host === "*" || host === "::";
  const name = anywhere ? "127.0.0.1" : host.includes(":") ? `[${host}]` : host;
  return `http://${name}:${port}`;
}

/** What keeps a server of Node's from listening, said as for workerd. */
export function listenProblem(error: Error, listen: ListenAddress): Error {
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") return portInUse(listen);
  if (code === "EACCES") return portForbidden(listen);
  return addressUnusable(listen, error.message);
}

/**
 * Refuses a port that somebody else listens on.
 * @throws ListenError
 */
export function refuseBusyPort(listen: ListenAddress): Promise<void> {
  if (listen.port === 0) return Promise.resolve();
  return new Promise((settle, reject) => {
    const probe = createServer();
    probe.once("error", (error) => {
      // Anything else is left to workerd, which knows more kinds of addresses.
      if ("code" in error && error.code === "EADDRINUSE") reject(portInUse(listen));
      else settle();
    });
    probe.listen({ port: listen.port, host: listen.host === "*" ? "::" : listen.host, exclusive: true }, () =>
      probe.close(() => settle()),
    );
  });
}
