import type { ReactNode } from 'react';

/** What stands where data would: nothing there yet (and what to do), or what went wrong. */
export function Notice({ kind, children }: { readonly kind: 'empty' | 'error'; readonly children: ReactNode }) {
  return (
    <div className={`notice ${kind}`} role={kind === 'error' ? 'alert' : undefined}>
      {children}
    </div>
  );
}
