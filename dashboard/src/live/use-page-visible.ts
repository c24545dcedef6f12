import { useSyncExternalStore } from 'react';

function subscribe(listener: () => void): () => void {
  document.addEventListener('visibilitychange', listener);
  return () => document.removeEventListener('visibilitychange', listener);
}

/**
 * False while the tab is hidden. Hidden tabs let go of their streams: a browser gives one origin six HTTP/1.1 connections for all
 * its tabs, and three forgotten tabs would lock the fourth out.
 */
export function usePageVisible(): boolean {
  return useSyncExternalStore(subscribe, () => !document.hidden);
}
