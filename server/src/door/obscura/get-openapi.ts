/**
 * @module GET /openapi.yaml: the document of this door, drawn from its route table.
 */
import type { Route } from '#door/route.ts'

export function getOpenApi(render: () => Promise<string>): Route {
  let rendered: Promise<string> | undefined
  return {
    method: 'GET',
    path: '/openapi.yaml',
    summary: 'This document',
    tag: 'Documentation',
    access: 'public',
    tier: 'none',
    responses: { 200: { description: 'OpenAPI 3.1', bytes: 'text/yaml' } },
    handle: async () =>
      new Response(await (rendered ??= render()), { headers: { 'content-type': 'text/yaml' } }),
  }
}
