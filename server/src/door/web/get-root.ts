/**
 * @module GET /: what somebody sees who opens the relay's address in a browser.
 */
import type { Route } from '#door/route.ts'

export function getRoot(version: string): Route {
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sotto relay</title>
<style>
  body { font: 1.05rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 12vh auto; padding: 0 1.5rem; color: #1c1c1e; background: #fbfaf8 }
  h1 { font-weight: 600; letter-spacing: -0.01em } code { background: #efece6; padding: .1em .35em; border-radius: .3em }
  small { color: #6b675f }
  @media (prefers-color-scheme: dark) { body { color: #ece9e4; background: #171614 } code { background: #2a2825 } small { color: #a29d94 } }
</style>
<h1>A Sotto relay runs here</h1>
<p>It stores and forwards sealed messages. It cannot read them.</p>
<p>Obscura and Mobium clients connect to this address. What programs can ask of it stands at <a href="/openapi.yaml"><code>/openapi.yaml</code></a>.</p>
<p><small>Sotto ${version}</small></p>
</html>
`
  return {
    method: 'GET',
    path: '/',
    summary: 'A page for people',
    tag: 'Documentation',
    access: 'public',
    tier: 'none',
    responses: { 200: { description: 'A page for people', bytes: 'text/html' } },
    handle: () =>
      new Response(page, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
      }),
  }
}
