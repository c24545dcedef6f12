import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const root = dirname(deploy.replace(/\/$/, ''));

const duration = z.string().regex(/^(\d+(us|ms|s|m|h))+$/);
const healthcheck = z.strictObject({
  test: z.array(z.string()).min(2),
  interval: duration,
  timeout: duration,
  retries: z.int().min(1),
  start_period: duration.optional(),
});
const build = z.strictObject({
  context: z.string(),
  dockerfile: z.string(),
  target: z.string(),
});
const service = z.strictObject({
  build: build.optional(),
  image: z.string().regex(/^[a-z0-9][a-z0-9./-]*(:[\w.-]+)?$/),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  depends_on: z.record(z.string(), z.strictObject({ condition: z.literal('service_healthy') })).optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  healthcheck: healthcheck.optional(),
  deploy: z.strictObject({ replicas: z.int() }).optional(),
  restart: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
  stop_grace_period: duration.optional(),
});
/** The part of the Compose specification that the file uses, closed: a misspelt key is an error, as it is for Compose. */
const composeFile = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9_-]*$/),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.null()),
});

const compose = composeFile.parse(parse(readFileSync(join(deploy, 'compose.yaml'), 'utf8')));
const dockerfile = readFileSync(join(deploy, 'Dockerfile'), 'utf8');
const services = Object.entries(compose.services);

describe('deploy/compose.yaml', () => {
  it('runs NATS, coordinator, workers, Prometheus and Grafana', () => {
    expect(Object.keys(compose.services).sort()).toEqual(['coordinator', 'grafana', 'nats', 'prometheus', 'worker']);
  });

  it('publishes ports on the loopback address only', () => {
    for (const [name, { ports = [] }] of services) {
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    }
  });

  it('knows the health of every service that another waits for', () => {
    const awaited = services.flatMap(([, { depends_on = {} }]) => Object.keys(depends_on));
    for (const name of awaited) expect(compose.services[name]?.healthcheck, name).toBeDefined();
  });

  it('mounts files that exist and volumes that are declared', () => {
    const used = services.flatMap(([, { volumes = [] }]) => volumes.map((volume) => volume.split(':')[0] ?? ''));
    for (const source of used) {
      if (source.startsWith('.')) expect(existsSync(join(deploy, source)), source).toBe(true);
      else expect(Object.keys(compose.volumes)).toContain(source);
    }
    expect(Object.keys(compose.volumes).filter((volume) => !used.includes(volume))).toEqual([]);
  });

  it('builds targets that the Dockerfile has, from files that exist', () => {
    for (const [name, { build: image }] of services) {
      if (!image) continue;
      expect(join(deploy, image.context, image.dockerfile), name).toBe(join(root, 'deploy/Dockerfile'));
      expect(dockerfile, name).toMatch(new RegExp(`^FROM \\S+ AS ${image.target}$`, 'm'));
    }
  });

  it('holds no secret', () => {
    const text = readFileSync(join(deploy, 'compose.yaml'), 'utf8');
    expect(text).not.toMatch(/(password|token|secret|credential)\w*\s*[:=]\s*["']?\w/i);
  });
});

describe('deploy/compose.gpu.yaml', () => {
  it('changes only services that compose.yaml has, and arguments that the Dockerfile takes', () => {
    const gpu = parse(readFileSync(join(deploy, 'compose.gpu.yaml'), 'utf8')) as {
      services: Record<string, { build?: { args?: Record<string, string> } }>;
    };
    for (const [name, { build: image }] of Object.entries(gpu.services)) {
      expect(Object.keys(compose.services)).toContain(name);
      for (const argument of Object.keys(image?.args ?? {}))
        expect(dockerfile).toMatch(new RegExp(`^ARG ${argument}=`, 'm'));
    }
  });
});

describe('two coordinators', () => {
  interface Overlay {
    readonly services: Record<string, { command?: string[]; volumes?: string[]; healthcheck?: unknown }>;
    readonly volumes?: Record<string, null>;
  }
  const overlay = (name: string): Overlay =>
    parse(readFileSync(join(deploy, name), 'utf8'), { merge: true, logLevel: 'silent' }) as Overlay;
  const overlays = ['compose.standby.yaml', 'compose.secure-standby.yaml'].map(
    (name) => [name, overlay(name)] as const,
  );
  const unit = readFileSync(join(deploy, 'systemd/tickwork-coordinator-standby.service'), 'utf8');

  it.each(overlays)('%s has each stand by, and tells workers of both', (_, { services: changed }) => {
    for (const name of ['coordinator', 'standby']) {
      expect(changed[name]?.command, name).toContain('--standby');
      expect(changed[name]?.command, name).toContain('--state-dir=/var/lib/tickwork');
    }
    expect(changed['worker']?.command).toContain('--coordinator=coordinator:7077,standby:7077');
  });

  it('never share a state directory', () => {
    const { services: changed, volumes } = overlay('compose.standby.yaml');
    expect(changed['standby']?.volumes).toEqual(['standby-state:/var/lib/tickwork']);
    expect(compose.services['coordinator']?.volumes).toEqual(['coordinator-state:/var/lib/tickwork']);
    expect(Object.keys(volumes ?? {})).toEqual(['standby-state']);
  });

  it('do not wait for one that serves nothing', () => {
    const { services: changed } = overlay('compose.standby.yaml');
    for (const name of ['coordinator', 'standby']) expect(changed[name]?.healthcheck, name).toEqual({ disable: true });
    for (const [name, value] of Object.entries(changed))
      expect(Object.keys((value as { depends_on?: object }).depends_on ?? {}), name).not.toContain('coordinator');
  });

  it('are given options that the command knows', () => {
    const commands = ['program.ts', 'commands/coordinator.ts', 'commands/worker.ts']
      .map((file) => readFileSync(join(root, 'cli', file), 'utf8'))
      .join('\n');
    const words = [
      ...overlays.flatMap(([, { services: changed }]) => Object.values(changed).flatMap(({ command = [] }) => command)),
      ...(/^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '').split(' '),
    ];
    const options = words.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] as string);
    expect(options.length).toBeGreaterThan(20);
    for (const option of options) expect(commands, option).toMatch(new RegExp(`'${option}[ ']`));
  });
});

describe('deploy/Dockerfile', () => {
  const stages = dockerfile.split(/^(?=FROM )/m);
  const stage = (name: string): string => stages.find((text) => text.split('\n')[0]?.endsWith(` AS ${name}`)) ?? '';

  it.each(['coordinator', 'worker'])('runs the %s as nobody special, with its state in a volume', (name) => {
    expect(stage(name)).toMatch(/^USER 1000:1000$/m);
    expect(stage(name)).toMatch(/^VOLUME \/var\/lib\/tickwork$/m);
  });

  it('copies files of the repository that exist', () => {
    for (const [, path] of dockerfile.matchAll(/^COPY --from=build \/tickwork\/(\S+) /gm)) {
      // These two appear in the build stage.
      if (path === 'dist' || path === 'node_modules') continue;
      expect(existsSync(join(root, path ?? '')), path).toBe(true);
    }
  });
});
