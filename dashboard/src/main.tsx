import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { createClient } from './api/client.ts';
import { App } from './app.tsx';
import { ClientContext } from './live/client-context.ts';
import { ConnectionContext, createConnection } from './live/connection.ts';
import './styles/theme.css';
import './styles/page.css';
import './styles/sweeps.css';
import './styles/table.css';
import './styles/curves.css';
import './styles/cluster.css';

const element = document.getElementById('app');
if (!element) throw new Error('Expected an element #app in index.html, got none.');

createRoot(element).render(
  <StrictMode>
    <ClientContext value={createClient()}>
      <ConnectionContext value={createConnection(Date.now)}>
        <App />
      </ConnectionContext>
    </ClientContext>
  </StrictMode>,
);
