import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TickworkError } from '../../core/errors.ts';
import { cacheFolder } from './cache-folder.ts';
import { installDebianPackages, unpackDebianPackage } from './debian-package.ts';
import { download } from './download.ts';
import { firstWay, NoWay } from './first-way.ts';
import type { Machine, ProvisionContext } from './machine.ts';

const PACKAGE = 'dataset-fashion-mnist';

/** Where that package puts its files: `<root>/fashion-mnist`. */
export const PACKAGE_ROOT = '/usr/share/datasets';

/** Where its files are when it was unpacked without root. */
export function unpackedPackageRoot(machine: Machine): string {
  return join(cacheFolder(machine), 'debian', PACKAGE, PACKAGE_ROOT);
}

/**
 * The four files and the SHA-256 of their unpacked contents. The contents, because the packed files exist in two forms:
 * Debian's lack the name and time in the gzip header. With those put back they have the MD5 sums that the data set's
 * authors publish (checked), so both forms are the same images.
 */
export const FASHION_MNIST_FILES = [
  {
    name: 'train-images-idx3-ubyte.gz',
    bytes: 47_040_016,
    sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  },
  {
    name: 'train-labels-idx1-ubyte.gz',
    bytes: 60_008,
    sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  },
  {
    name: 't10k-images-idx3-ubyte.gz',
    bytes: 7_840_016,
    sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  },
  {
    name: 't10k-labels-idx1-ubyte.gz',
    bytes: 10_008,
    sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
  },
] as const;

/** Public copies of the authors' files; the checksums above make it unimportant whose. */
const MIRRORS = [
  'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion',
  'https://storage.googleapis.com/tensorflow/tf-keras-datasets',
];

const MAX_BYTES = 32 * 2 ** 20;
const DOWNLOAD_LIMIT_MS = 180_000;

export interface FashionMnistSearch {
  /** Folders given by the person, best first. */
  readonly roots?: readonly string[];
  readonly packageRoot?: string;
  readonly mirrors?: readonly string[];
  readonly files?: readonly { readonly name: string; readonly bytes: number; readonly sha256: string }[];
}

/**
 * Finds the Fashion-MNIST files, or fetches them: the given folders, Debian's package, the cache; then that package
 * installed (as root) or unpacked (not as root), then the authors' files.
 * @returns the root to give a worker: the files lie in it or in its subfolder `fashion-mnist`.
 * @throws TickworkError DATASET_MISSING saying what was tried and what to install.
 */
export async function findFashionMnist(context: ProvisionContext, search: FashionMnistSearch = {}): Promise<string> {
  const packageRoot = search.packageRoot ?? PACKAGE_ROOT;
  const tree = join(cacheFolder(context.machine), 'debian', PACKAGE);
  const unpackedRoot = unpackedPackageRoot(context.machine);
  const cached = join(cacheFolder(context.machine), 'datasets');
  for (const root of [...(search.roots ?? []), packageRoot, cached, unpackedRoot]) {
    if (await holdsFashionMnist(root)) return root;
  }
  const checked = async (root: string): Promise<string> => {
    if (await holdsFashionMnist(root)) return root;
    throw new Error(`the package has no ${FASHION_MNIST_FILES[0].name} where it was expected`);
  };
  try {
    return await firstWay(
      [
        {
          name: `apt-get install ${PACKAGE}`,
          async take() {
            await installDebianPackages([PACKAGE], context);
            return checked(packageRoot);
          },
        },
        {
          name: `apt-get download ${PACKAGE}`,
          async take() {
            await unpackDebianPackage(PACKAGE, tree, context);
            return checked(unpackedRoot);
          },
        },
        ...(search.mirrors ?? MIRRORS).map((mirror) => ({
          name: 'download',
          async take() {
            await downloadAll(mirror, join(cached, 'fashion-mnist'), search.files ?? FASHION_MNIST_FILES, context);
            return cached;
          },
        })),
      ],
      context.signal,
    );
  } catch (error) {
    if (!(error instanceof NoWay)) throw error;
    throw new TickworkError(
      'DATASET_MISSING',
      `Expected the Fashion-MNIST files, found none and could not fetch them (${error.attempts.join('; ')}). ` +
        `Install them (Debian: \`apt-get install ${PACKAGE}\`), or name their folder with --dataset-root DIR.`,
      { cause: error },
    );
  }
}

async function holdsFashionMnist(root: string): Promise<boolean> {
  for (const folder of [join(root, 'fashion-mnist'), root]) {
    const readable = await Promise.all(
      FASHION_MNIST_FILES.map(({ name }) =>
        access(join(folder, name), constants.R_OK).then(
          () => true,
          () => false,
        ),
      ),
    );
    if (readable.every(Boolean)) return true;
  }
  return false;
}

/** The folder appears with all files or not at all. */
async function downloadAll(
  mirror: string,
  folder: string,
  files: NonNullable<FashionMnistSearch['files']>,
  context: ProvisionContext,
): Promise<void> {
  context.say('Downloading Fashion-MNIST (31 MB) …');
  const partial = `${folder}.${process.pid}.partial`;
  try {
    await mkdir(partial, { recursive: true });
    for (const { name, bytes, sha256 } of files) {
      await download({
        url: `${mirror}/${name}`,
        destination: join(partial, name),
        sha256,
        checksumOf: 'unpacked',
        maxBytes: MAX_BYTES,
        maxUnpackedBytes: bytes,
        timeoutMs: DOWNLOAD_LIMIT_MS,
        signal: context.signal,
      });
    }
    await rm(folder, { recursive: true, force: true });
    await rename(partial, folder);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}
