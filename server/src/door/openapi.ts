/**
 * @module The API document: OpenAPI 3.1, drawn from the routes that are served, so that it cannot fall behind them. What
 * the guards answer before any handler runs is added to every route here, in one place.
 */
import * as z from 'zod/mini'
import {
  errorSchema,
  guards,
  headerMap,
  requestIdHeader,
  requestIdRef,
  security,
  securitySchemes,
} from '#door/openapi-guards.ts'
import type { DocumentedRequest, DocumentedResponse, Route } from '#door/route.ts'
import { toYaml, type Plain } from '#door/yaml.ts'

export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
}

type PlainObject = { readonly [name: string]: Plain | undefined }

/** Named schemas, collected while the routes are drawn. */
type Schemas = Map<string, PlainObject>

export function renderOpenApi(routes: readonly Route[], info: OpenApiInfo): string {
  const schemas: Schemas = new Map()
  const paths: Record<string, Record<string, Plain>> = {}
  for (const route of routes) {
    const methods = (paths[route.path] ??= {})
    const method = route.method.toLowerCase()
    if (method in methods)
      throw new TypeError(`Cannot document ${nameOf(route)}: it is there twice`)
    methods[method] = operation(route, schemas)
  }
  if (!schemas.has('ErrorResponse')) schemas.set('ErrorResponse', errorSchema)
  const tags = [...new Set(routes.map((route) => route.tag))]
  return toYaml({
    openapi: '3.1.0',
    info: { title: info.title, version: info.version, description: info.description },
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(guards.map(({ name, response }) => [name, response])),
      headers: { RequestId: requestIdHeader },
      securitySchemes,
    },
  })
}

function nameOf({ method, path }: Route): string {
  return `${method} ${path}`
}

function operation(route: Route, schemas: Schemas): PlainObject {
  const parameters = [...pathAndQuery(route), ...headerParameters(route.accepts)]
  return {
    operationId: operationId(route),
    summary: route.summary,
    description: route.description,
    tags: [route.tag],
    security: security[route.access],
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: route.accepts === undefined ? undefined : requestBody(route.accepts, schemas),
    responses: responses(route, schemas),
  }
}

/** 'GET /v1/keys/{userId}' becomes 'getV1KeysUserId'. */
function operationId({ method, path }: Route): string {
  const words = path.split(/\W+/).filter((word) => word !== '')
  return method.toLowerCase() + words.map((word) => word[0]?.toUpperCase() + word.slice(1)).join('')
}

function pathAndQuery(route: Route): Plain[] {
  const documented = route.parameters ?? []
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
  const named = documented.filter((each) => each.in === 'path').map((each) => each.name)
  const stray = [
    ...inPath.filter((name) => name !== undefined && !named.includes(name)),
    ...named.filter((name) => !inPath.includes(name)),
  ]
  if (stray.length > 0) {
    throw new TypeError(
      `Cannot document ${nameOf(route)}: path and parameters differ in ${stray.join(', ')}`,
    )
  }
  return documented.map((each) => ({
    name: each.name,
    in: each.in,
    required: each.in === 'path' || each.isRequired === true,
    description: each.description,
    schema: { type: 'string', format: each.format },
  }))
}

function headerParameters(accepts: DocumentedRequest | undefined): Plain[] {
  return Object.entries(accepts?.headers ?? {}).map(([name, description]) => ({
    name,
    in: 'header',
    required: false,
    description,
    schema: { type: 'string' },
  }))
}

function requestBody({ json, bytes, description }: DocumentedRequest, schemas: Schemas): Plain {
  const types = (bytes ?? []).map((type): [string, Plain] => [type, {}])
  return {
    description,
    required: true,
    content: {
      ...(json === undefined ? {} : jsonContent(json, schemas)),
      // OpenAPI 3.1 describes a body that is not JSON by its type alone.
      ...Object.fromEntries(types),
    },
  }
}

function responses(route: Route, schemas: Schemas): PlainObject {
  const all = new Map<number, Plain>()
  for (const [status, response] of Object.entries(route.responses)) {
    all.set(Number(status), documentedResponse(Number(status), response, schemas))
  }
  for (const { status, name, meets } of guards) {
    if (meets(route) && !all.has(status))
      all.set(status, { $ref: `#/components/responses/${name}` })
  }
  return Object.fromEntries([...all].sort(([a], [b]) => a - b))
}

function documentedResponse(
  status: number,
  { description, json, bytes, headers }: DocumentedResponse,
  schemas: Schemas,
): Plain {
  const isText = bytes?.startsWith('text/') === true
  const content = {
    ...(json === undefined ? {} : jsonContent(json, schemas)),
    ...(bytes === undefined ? {} : { [bytes]: isText ? { schema: { type: 'string' } } : {} }),
  }
  return {
    description,
    headers: {
      ...headerMap(headers ?? {}),
      // A response to a handshake is the runtime's.
      ...(status === 101 ? {} : { 'X-Request-Id': requestIdRef }),
    },
    content: Object.keys(content).length === 0 ? undefined : content,
  }
}

function jsonContent(schema: z.ZodMiniType, schemas: Schemas): PlainObject {
  return { 'application/json': { schema: drawSchema(schema, schemas) } }
}

/** A schema as the document holds it: named ones once, below the components. */
function drawSchema(schema: z.ZodMiniType, schemas: Schemas): Plain {
  const { $schema: _, $defs, ...own } = z.toJSONSchema(schema, { io: 'input' })
  for (const [name, definition] of Object.entries($defs ?? {})) {
    const drawn = plainObject(definition)
    const known = schemas.get(name)
    if (known !== undefined && toYaml(known) !== toYaml(drawn)) {
      throw new TypeError(`Cannot document schema ${name}: two schemas have that name`)
    }
    schemas.set(name, drawn)
  }
  return plainObject(own)
}

function plainObject(value: object): PlainObject {
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : plain(member),
    ]),
  )
}

function plain(value: unknown): Plain | undefined {
  if (value === null || value === undefined) return value
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value
  }
  if (Array.isArray(value)) return value.map((item: unknown) => plain(item) ?? null)
  if (typeof value === 'object') return plainObject(value)
  throw new TypeError(`Cannot document a ${typeof value}: a schema holds plain data`)
}
