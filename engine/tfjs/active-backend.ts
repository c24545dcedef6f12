import { env, getBackend, setBackend, tidy } from '@tensorflow/tfjs-core';
// Gradients are registered by this package alone; without it tf.grads finds none.
import '@tensorflow/tfjs';

/**
 * Runs `body` with the named tfjs backend active, disposes of the tensors it made and makes the earlier backend active
 * again. The backend must have a synchronous factory, for tfjs then switches before `setBackend` returns its promise.
 */
export function withBackend<T>(name: string, body: () => T): T {
  // Undefined until tfjs has chosen a backend for the first time.
  const previous = getBackend() as string | undefined;
  void setBackend(name);
  try {
    const results: T[] = [];
    tidy(() => {
      results.push(body());
    });
    return results[0] as T;
  } finally {
    if (previous && previous !== name) void setBackend(previous);
  }
}

/** Runs `body` without tfjs's advice on stderr (its banner about Node.js, duplicate registrations). */
export function withoutAdvice<T>(body: () => T): T {
  const production = env().getBool('PROD');
  env().set('PROD', true);
  try {
    return body();
  } finally {
    env().set('PROD', production);
  }
}
