import { type MouseEvent, useSyncExternalStore } from 'react';

const PATH = /^\/(sweeps\/[a-z0-9-]+)\/?$/;
const MOVED = 'tickwork:moved';

function subscribe(listener: () => void): () => void {
  for (const event of ['popstate', MOVED]) window.addEventListener(event, listener);
  return () => {
    for (const event of ['popstate', MOVED]) window.removeEventListener(event, listener);
  };
}

/** The sweep that the address names (`/sweeps/{sweep}`), so that a view can be linked to; undefined at `/`. */
export function useSelectedSweep(): string | undefined {
  return useSyncExternalStore(subscribe, () => PATH.exec(location.pathname)?.[1]);
}

/** Attributes of a link to a sweep that changes the view without loading the page anew. */
export function sweepLink(sweep: string) {
  return {
    href: `/${sweep}`,
    onClick(event: MouseEvent<HTMLAnchorElement>): void {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
      event.preventDefault();
      history.pushState(null, '', `/${sweep}`);
      window.dispatchEvent(new Event(MOVED));
    },
  };
}
