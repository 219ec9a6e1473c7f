/**
 * @module GET /openapi.yaml: the document of this door, drawn from its route table.
 */
import type { Route } from '#door/route.ts'

export function getOpenApi(document: () => string): Route {
  let rendered: string | undefined
  return {
    method: 'GET',
    path: '/openapi.yaml',
    summary: 'This document',
    tag: 'Documentation',
    access: 'public',
    tier: 'none',
    responses: { 200: { description: 'OpenAPI 3.1', bytes: 'text/yaml' } },
    handle: () =>
      new Response((rendered ??= document()), { headers: { 'content-type': 'text/yaml' } }),
  }
}
