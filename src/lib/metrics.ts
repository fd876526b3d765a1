import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client';

export type Metrics = ReturnType<typeof createMetrics>;

/** Everything `/metrics` shows. Names carry their unit last, as Prometheus wants them. `ofProcess`: memory, event loop and the like too. */
export function createMetrics({ ofProcess }: { ofProcess: boolean } = { ofProcess: true }) {
  const registry = new Registry();
  if (ofProcess) collectDefaultMetrics({ register: registry });
  return {
    registry,
    accepted: new Counter({
      name: 'trunkline_messages_accepted_total',
      help: 'Messages stored by POST /api/messages',
      registers: [registry],
    }),
    intakeBatch: new Histogram({
      name: 'trunkline_intake_batch_messages',
      help: 'Messages per intake statement',
      buckets: [1, 2, 5, 10, 20, 50, 100, 200],
      registers: [registry],
    }),
    settled: new Counter({
      name: 'trunkline_deliveries_settled_total',
      help: 'Attempts by what came of them',
      labelNames: ['transport', 'outcome'],
      registers: [registry],
    }),
    sendSeconds: new Histogram({
      name: 'trunkline_send_duration_seconds',
      help: 'Time a carrier took to answer',
      labelNames: ['transport'],
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 5, 20, 60, 120],
      registers: [registry],
    }),
    requests: new Histogram({
      name: 'trunkline_http_request_duration_seconds',
      help: 'Answers of the HTTP API',
      labelNames: ['route', 'status'],
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2, 10, 30],
      registers: [registry],
    }),
  };
}
