import { Notice } from '../layout/notice.tsx';

export function NoSweeps() {
  return (
    <Notice kind="empty">
      <p>No sweep has been submitted yet. Submit one:</p>
      <pre>
        <code>tickwork submit studies/demo.yaml</code>
      </pre>
      <p>It appears here by itself.</p>
    </Notice>
  );
}
