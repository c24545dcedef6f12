/** Metrics that a trial may report. Errors are percentages, 0 to 100. */
export const METRICS = {
  testError: { title: 'test error', unit: '%' },
  trainError: { title: 'train error', unit: '%' },
  trainLoss: { title: 'train loss', unit: '' },
  imagesPerSecond: { title: 'training speed', unit: 'img/s' },
  trainSeconds: { title: 'training time', unit: 's' },
  inputWaitSeconds: { title: 'waiting for images', unit: 's' },
  testSeconds: { title: 'testing time', unit: 's' },
} as const satisfies Record<string, { title: string; unit: string }>;

export type MetricName = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as [MetricName, ...MetricName[]];
