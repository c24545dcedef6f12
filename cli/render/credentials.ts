import type { TokenFile } from '../../core/access/token-file.ts';
import { type TextColumn, textTable } from './text-table.ts';

const left = (title: string): TextColumn => ({ title, align: 'left' });

/** Who has a folder of credentials. */
export function renderMembers(
  members: readonly {
    readonly name: string;
    readonly role: string;
    readonly folder: string;
    readonly ends: string;
    readonly made: boolean;
  }[],
): string[] {
  const rows = members.map(({ name, role, folder, ends, made }) => [
    name,
    role,
    ends.slice(0, 10),
    folder,
    made ? 'new' : '',
  ]);
  return textTable(['name', 'role', 'ends', 'folder', ''].map(left), rows);
}

/** Whose tokens there are, and whose are refused. */
export function renderTokens(
  tokens: readonly Pick<TokenFile['tokens'][number], 'name' | 'role' | 'created' | 'expires'>[],
  revoked: TokenFile['revoked'],
): string[] {
  if (tokens.length + revoked.length === 0) return ['No tokens yet: `tickwork token create NAME --role ROLE`.'];
  const rows = [
    ...tokens.map(({ name, role, created, expires }) => [name, role, created, expires ?? 'when revoked']),
    ...revoked.map(({ name, at }) => [name, 'revoked', at, '']),
  ];
  return textTable(['name', 'role', 'since', 'ends'].map(left), rows);
}
