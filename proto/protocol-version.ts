/** Raised when a message of worker.proto changes its meaning; a coordinator refuses workers of another version. */
export const PROTOCOL_VERSION = 2;

/** Shown in status, results and error texts; a test compares it with package.json. */
export const SOFTWARE_VERSION = '0.1.0';
