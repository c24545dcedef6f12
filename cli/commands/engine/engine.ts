import type { AddCommand } from '../command.ts';
import { addEngineBuild } from './build.ts';
import { addEngineCheck } from './check.ts';
import { addEngineProbe } from './probe.ts';
import { addEngineShow } from './show.ts';

export const addEngine: AddCommand = (program, cli) => {
  const engine = program.command('engine').description('what trials are computed with on this machine');
  for (const add of [addEngineProbe, addEngineBuild, addEngineShow, addEngineCheck]) add(engine, cli);
};
