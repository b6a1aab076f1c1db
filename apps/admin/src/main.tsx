import { ApiProvider } from '@acme/react/query'
import '@acme/ui/tokens.css'
import '@acme/ui/page.css'
import { createRoot } from 'react-dom/client'
import { Router } from 'wouter'
import { App } from './app.tsx'
import './page.css'

const place = document.getElementById('inbox')
if (place) {
  createRoot(place).render(
    <ApiProvider url="">
      <Router base="/admin">
        <App />
      </Router>
    </ApiProvider>,
  )
}
