/** `TRIAL_STATE_RUNNING`, `trial_state` → `running`. Values of a newer coordinator stay readable. */
export const enumWord = (value: string, prefix: string): string =>
  (value.toLowerCase().startsWith(`${prefix}_`) ? value.slice(prefix.length + 1) : value)
    .toLowerCase()
    .replaceAll('_', ' ');

/** `trainLoss` → `train loss`. */
export const metricTitle = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

/** The last part of a resource name: `sweeps/vgg-1` → `vgg-1`. */
export const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

/** `1 trial`, `2 trials`. */
export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
