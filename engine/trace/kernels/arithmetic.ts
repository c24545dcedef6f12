import { compose } from '../composition.ts';
import type { TraceKernel, TraceKernels } from '../kernel.ts';

const addN: TraceKernel = (call) => {
  const c = compose(call);
  return call.inputs.reduce((sum, part) => c.binary('Add', sum, part));
};

/** tfjs's division of integers; in float32, so exact up to 2^24. */
const floorDiv: TraceKernel = (call) => {
  const c = compose(call);
  const [a, b] = [c.cast(call.input('a'), 'float32'), c.cast(call.input('b'), 'float32')];
  return c.cast(c.unary('Floor', c.binary('RealDiv', a, b)), 'int32');
};

/** The angle of the point (b, a), by quadrants. */
const atan2: TraceKernel = (call) => {
  const c = compose(call);
  const [a, b] = [call.input('a'), call.input('b')];
  const angle = c.unary('Atan', c.binary('RealDiv', a, b));
  const upper = c.binary('GreaterEqual', a, 0);
  const behind = c.binary('Add', angle, c.select(upper, c.fill(Math.PI), c.fill(-Math.PI)));
  const onAxis = c.binary('Multiply', c.unary('Sign', a), Math.PI / 2);
  const sideways = c.select(c.binary('Less', b, 0), behind, angle);
  return c.select(c.binary('Equal', b, 0), onAxis, sideways);
};

const notANumber: TraceKernel = (call) => compose(call).binary('NotEqual', call.input('x'), call.input('x'));

const infinite: TraceKernel = (call) => {
  const c = compose(call);
  return c.binary('Equal', c.unary('Abs', call.input('x')), Number.POSITIVE_INFINITY);
};

const finite: TraceKernel = (call) => {
  const c = compose(call);
  return c.binary('Less', c.unary('Abs', call.input('x')), Number.POSITIVE_INFINITY);
};

export const arithmeticKernels: TraceKernels = {
  AddN: addN,
  Atan2: atan2,
  FloorDiv: floorDiv,
  IsFinite: finite,
  IsInf: infinite,
  IsNan: notANumber,
};
