import type { ExportFormat } from '../api/client.ts';
import { useClient } from '../live/client-context.ts';

const FORMATS: readonly { readonly format: ExportFormat; readonly label: string }[] = [
  { format: 'csv', label: 'CSV' },
  { format: 'latex', label: 'LaTeX' },
  { format: 'markdown', label: 'Markdown' },
  { format: 'parquet', label: 'Parquet' },
];

export interface ExportLinksProps {
  readonly sweep: string;
  readonly groupBy: readonly string[];
  readonly complete: boolean;
}

export function ExportLinks({ sweep, groupBy, complete }: ExportLinksProps) {
  const client = useClient();
  return (
    <p className="exports">
      <span className="muted">{complete ? 'Export' : 'Export as it is now'}</span>
      {FORMATS.map(({ format, label }) => (
        <a key={format} className="button" href={client.exportUrl(sweep, groupBy, format)} download>
          {label}
        </a>
      ))}
    </p>
  );
}
