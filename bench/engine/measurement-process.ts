/** Process that measures one thing with one executor; see measurements.ts. */
import { openExecutor } from '../../engine/mod.ts';
import { answerParent } from '../../engine/probe/mod.ts';
import { measureCompilation } from './compile-times.ts';
import { measureFlatness } from './flatness.ts';
import { measureInputOverhead } from './input-overhead.ts';
import { measureLayers } from './layer-speeds.ts';
import type { Measurement } from './measurements.ts';
import { subjectNamed } from './subjects.ts';

answerParent<Measurement, unknown>(process, async (measurement, say) => {
  say('opening the executor');
  const executor = await openExecutor(measurement.executor, measurement.options);
  const now = (): number => performance.now();
  say(`measuring ${measurement.kind}`);
  try {
    switch (measurement.kind) {
      case 'compilation':
        return await measureCompilation(executor, now);
      case 'input':
        return await measureInputOverhead(executor, now);
      case 'flatness':
        return await measureFlatness(executor, subjectNamed(measurement.net), measurement.steps);
      case 'layers':
        return await measureLayers(executor, subjectNamed(measurement.net), now);
    }
  } finally {
    await executor.dispose();
  }
});
