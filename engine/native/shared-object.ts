import { open } from 'node:fs/promises';

/** e_machine of the ELF header, by Node's name of the architecture. */
const MACHINES: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/**
 * Why a file cannot be a shared object for this machine, or `undefined`. The loader ends the process with SIGBUS when a
 * file is shorter than its header promises, so a damaged one must be seen before. Only ELF files are judged.
 */
export async function sharedObjectFault(path: string, arch: string = process.arch): Promise<string | undefined> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const header = Buffer.alloc(64);
    const { bytesRead } = await file.read(header, 0, 64, 0);
    if (bytesRead < 64) return `it has ${size} bytes`;
    if (header.readUInt32BE(0) !== 0x7f454c46) return 'it is not an ELF file';
    if (header[4] !== 2 || header[5] !== 1) return 'it is not a 64-bit little-endian file';
    const machine = MACHINES[arch];
    if (machine !== undefined && header.readUInt16LE(18) !== machine) return `it is not built for ${arch}`;
    // Compilers put the section headers last: where they are whole, so is the file.
    const sectionsEnd = Number(header.readBigUInt64LE(40)) + header.readUInt16LE(58) * header.readUInt16LE(60);
    if (sectionsEnd > size) return `it is cut short: ${size} of ${sectionsEnd} bytes`;
    return undefined;
  } finally {
    await file.close();
  }
}
