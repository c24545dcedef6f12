/**
 * Metrics that a trial may report. Errors, recalls and precisions are percentages, 0 to 100. What has a value for each
 * class is in the result's provenance (`perClass`); here are the means over the classes.
 */
export const METRICS = {
  testError: { title: 'test error', unit: '%' },
  testErrorTop2: { title: 'top-2 test error', unit: '%' },
  testErrorTop3: { title: 'top-3 test error', unit: '%' },
  testErrorTop5: { title: 'top-5 test error', unit: '%' },
  testMeanRecall: { title: 'mean recall', unit: '%' },
  testMeanAveragePrecision: { title: 'mAP', unit: '%' },
  trainError: { title: 'train error', unit: '%' },
  trainLoss: { title: 'train loss', unit: '' },
  imagesPerSecond: { title: 'training speed', unit: 'img/s' },
  trainSeconds: { title: 'training time', unit: 's' },
  inputWaitSeconds: { title: 'waiting for images', unit: 's' },
  testSeconds: { title: 'testing time', unit: 's' },
} as const satisfies Record<string, { title: string; unit: string }>;

export type MetricName = keyof typeof METRICS;

export const METRIC_NAMES = Object.keys(METRICS) as [MetricName, ...MetricName[]];
