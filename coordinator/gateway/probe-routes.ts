import { compilePattern } from './route-pattern.ts';
import { jsonReply, type Route } from './routes.ts';

export type Readiness = { readonly ready: true } | { readonly ready: false; readonly reason: string };

export interface Probes {
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  ready(): boolean | Readiness;
}

/** What machines ask: Prometheus and the health checks of Kubernetes, compose or systemd. They may use any host name. */
export function probeRoutes(probes: Probes): readonly Route[] {
  return [
    {
      action: 'Metrics',
      method: 'GET',
      match: compilePattern('/metrics'),
      head: true,
      reply: async () => ({ kind: 'text', status: 200, ...(await probes.metrics()) }),
    },
    {
      action: 'Health',
      method: 'GET',
      match: compilePattern('/healthz'),
      head: true,
      reply: async () => {
        const answer = probes.ready();
        const readiness =
          typeof answer === 'object' ? answer : { ready: answer, reason: 'The coordinator is not ready.' };
        return readiness.ready
          ? jsonReply({ status: 'ok' })
          : jsonReply({ status: 'unavailable', reason: readiness.reason }, 503);
      },
    },
  ];
}
