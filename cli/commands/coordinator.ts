import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../runtime/logger.ts';
import type { GlobalOptions } from '../context.ts';
import { credentialsFolder } from '../credentials/shown-credentials.ts';
import type { AddCommand } from './command.ts';
import { hostAndPort } from './host-and-port.ts';
import { collect, examples, wholeNumber } from './options.ts';

interface CoordinatorOptions extends GlobalOptions {
  readonly grpc: { readonly host: string; readonly port: number };
  readonly http: { readonly host: string; readonly port: number };
  readonly nats?: readonly string[];
  readonly advertiseNats?: readonly string[];
  readonly namespace: string;
  readonly replicas: number;
  readonly stateDir: string;
  readonly standby?: boolean;
  readonly heartbeatMs: number;
  readonly leaseMs: number;
  readonly tokens?: string;
  readonly insecure?: boolean;
  readonly callsPerSecond?: number;
  readonly reflection?: boolean;
  readonly allowHost?: readonly string[];
  readonly logLevel: LogLevel;
}

export const addCoordinator: AddCommand = (program, cli) => {
  program
    .command('coordinator')
    .description('run a coordinator until Ctrl-C: split sweeps over workers, commit their results, serve the tables')
    .addOption(
      new Option('--grpc <HOST:PORT>', 'where workers and clients dial; port 0 takes a free one')
        .argParser(hostAndPort)
        .default({ host: '127.0.0.1', port: 7077 }, '127.0.0.1:7077'),
    )
    .addOption(
      new Option('--http <HOST:PORT>', 'the page, the JSON API, /metrics and /healthz')
        .argParser(hostAndPort)
        .default({ host: '127.0.0.1', port: 7078 }, '127.0.0.1:7078'),
    )
    .option('--nats <URL>', 'address of NATS; may be given again (default: nats://127.0.0.1:4222)', collect)
    .option(
      '--advertise-nats <URL>',
      'address of NATS as workers see it; may be given again (default: the same)',
      collect,
    )
    .option('--namespace <NAME>', 'separates clusters that share a NATS server', 'tickwork')
    .option(
      '--replicas <N>',
      'copies of each JetStream stream: 1 on a single server, 3 on a cluster',
      wholeNumber(1, 5),
      1,
    )
    .option('--state-dir <DIR>', 'holds the table; of this coordinator alone', join('.tickwork', 'coordinator'))
    .option('--standby', 'wait until no other coordinator leads, keeping up with it, and take over then')
    .option('--heartbeat-ms <N>', 'how often workers say that they live', wholeNumber(50, 600_000), 5_000)
    .option(
      '--lease-ms <N>',
      'a trial is given to another worker when its own was silent for this long',
      wholeNumber(200, 3_600_000),
      30_000,
    )
    .option('--tokens <FILE>', 'ask every caller for a token of this file, as `tickwork token` writes it')
    .option('--insecure', 'listen beyond this machine although TLS or tokens are missing')
    .option('--calls-per-second <N>', 'of one caller; twice as many at once (default: 250)', wholeNumber(1, 1_000_000))
    .option('--reflection', 'answer gRPC reflection, for grpcurl and the like')
    .option('--allow-host <NAME>', 'name under which browsers may open the page; may be given again', collect)
    .addOption(new Option('--log-level <LEVEL>', 'what is logged on stderr').choices(LOG_LEVELS).default('info'))
    .addHelpText(
      'after',
      examples(
        'tickwork coordinator',
        'tickwork coordinator --credentials certs/coordinator --tokens tokens.json --grpc 0.0.0.0:7077 --http 0.0.0.0:7078 --nats nats://nats1:4222',
        'tickwork coordinator --standby --grpc 0.0.0.0:7077 --nats nats://nats1:4222 --state-dir /var/lib/tickwork/standby',
        'tickwork coordinator --state-dir /var/lib/tickwork/coordinator --http 127.0.0.1:0',
      ),
    )
    .action(async (_, self) => {
      const options = self.optsWithGlobals() as CoordinatorOptions;
      // Loaded here, so that `tickwork ls` does not wait for what only a coordinator needs.
      const { parseCoordinatorConfig } = await import('../../coordinator/config.ts');
      const { runCoordinator } = await import('../../coordinator/main.ts');
      const config = parseCoordinatorConfig({
        grpcHost: options.grpc.host,
        grpcPort: options.grpc.port,
        httpHost: options.http.host,
        httpPort: options.http.port,
        natsServers: options.nats,
        advertisedNatsServers: options.advertiseNats,
        namespace: options.namespace,
        replicas: options.replicas,
        stateDir: options.stateDir,
        standby: options.standby,
        heartbeatIntervalMs: options.heartbeatMs,
        leaseDurationMs: options.leaseMs,
        credentials: credentialsFolder(cli, options),
        tokens: options.tokens,
        insecure: options.insecure,
        callsPerSecond: options.callsPerSecond,
        reflection: options.reflection,
        allowedHosts: options.allowHost,
        // Beside dist/cli/commands in an installation.
        staticRoot: fileURLToPath(new URL('../../dashboard', import.meta.url)),
      });
      await runCoordinator(config, {
        signal: cli.signal,
        logger: createLogger('coordinator', options.logLevel),
        clock: cli.clock,
        random: cli.random,
        onReloadable: (reload) => cli.onHangup(reload),
        onReady: ({ grpc, http }) => cli.parent?.ready({ grpc, http: http.replace('http://', '') }),
      });
    });
};
