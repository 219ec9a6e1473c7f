import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { renderOpenApi } from '#door/openapi.ts'
import type { Route } from '#door/route.ts'

const info = {
  title: 'Obscura Server API',
  version: '1.2.3',
  description: 'A relay: "blind" & fast',
}

const key = z.object({ keyId: z.int32() }).meta({ id: 'Key' })
const bundle = z.object({ keys: z.array(key), last: key.nullable() }).meta({ id: 'Bundle' })
const upload = z
  .object({ key, note: z.string().optional() })
  .meta({ id: 'Upload', description: 'Keys: new ones' })
const failure = z.object({ error: z.string() }).meta({ id: 'ErrorResponse' })

const handle = () => new Response('')

const getKeys: Route = {
  method: 'GET',
  path: '/v1/keys/{userId}',
  summary: 'Fetch a bundle',
  tag: 'Keys',
  access: 'public',
  tier: 'standard',
  parameters: [
    { name: 'userId', in: 'path', format: 'uuid', description: 'Whose bundle' },
    { name: 'from', in: 'query', description: 'From where', isRequired: true },
  ],
  responses: {
    200: { description: 'A bundle', json: bundle },
    404: { description: 'Unknown user', json: failure },
  },
  handle,
}
const postKeys: Route = {
  method: 'POST',
  path: '/v1/keys/{userId}',
  summary: 'Upload keys',
  description: 'Two\nlines',
  tag: 'Keys',
  access: 'bearer',
  tier: 'standard',
  parameters: [{ name: 'userId', in: 'path', description: 'Whose' }],
  accepts: { json: upload, headers: { 'Idempotency-Key': 'Yours' } },
  responses: {
    200: { description: 'Stored', headers: { ETag: 'The id' } },
    401: { description: 'Not yours', json: failure },
  },
  handle,
}
const gateway: Route = {
  method: 'GET',
  path: '/v1/gateway',
  summary: 'Connect',
  tag: 'Messaging',
  access: 'gateway-token',
  tier: 'standard',
  parameters: [{ name: 'token', in: 'query', description: 'JWT' }],
  responses: { 101: { description: 'Switching protocols' } },
  handle,
}
const bytes: Route = {
  method: 'PUT',
  path: '/openapi.yaml',
  summary: 'Bytes',
  tag: 'Documentation',
  access: 'public',
  tier: 'none',
  accepts: { bytes: ['application/x-protobuf', 'application/octet-stream'] },
  responses: {
    200: { description: 'A document', bytes: 'text/yaml' },
    206: { description: 'Bytes', bytes: 'application/octet-stream' },
  },
  handle,
}

const routes = [getKeys, postKeys, gateway, bytes]

/** The document, as far as these tests look into it. */
const documentShape = z.looseObject({
  openapi: z.string(),
  info: z.unknown(),
  tags: z.unknown(),
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.looseObject({
        operationId: z.string(),
        security: z.unknown().optional(),
        parameters: z.unknown().optional(),
        requestBody: z.unknown().optional(),
        responses: z.record(z.string(), z.unknown()),
      }),
    ),
  ),
  components: z.looseObject({
    schemas: z.record(z.string(), z.unknown()),
    responses: z.record(z.string(), z.unknown()),
    securitySchemes: z.record(z.string(), z.unknown()),
  }),
})

function draw(some: readonly Route[] = routes) {
  return documentShape.parse(parse(renderOpenApi(some, info)))
}

function operation(path: string, method: string, some: readonly Route[] = routes) {
  const found = draw(some).paths[path]?.[method]
  if (found === undefined) throw new Error(`No ${method} ${path}`)
  return found
}

const requestIdHeader = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } }
const asJson = (name: string) => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
})

describe('the API document', () => {
  test('says what it is', () => {
    const text = renderOpenApi(routes, info)
    expect(text).toMatch(/^openapi: 3\.1\.0\n/)
    expect(text).toContain('title: Obscura Server API')
    const document = draw()
    expect([document.openapi, document.info]).toEqual(['3.1.0', info])
    expect(document.tags).toEqual([
      { name: 'Keys' },
      { name: 'Messaging' },
      { name: 'Documentation' },
    ])
  })

  test('has every route once, under a name of its own', () => {
    const { paths } = draw()
    expect(Object.entries(paths).map(([path, methods]) => [path, Object.keys(methods)])).toEqual([
      ['/v1/keys/{userId}', ['get', 'post']],
      ['/v1/gateway', ['get']],
      ['/openapi.yaml', ['put']],
    ])
    const ids = Object.values(paths).flatMap((methods) =>
      Object.values(methods).map(({ operationId }) => operationId),
    )
    expect(ids).toEqual(['getV1KeysUserId', 'postV1KeysUserId', 'getV1Gateway', 'putOpenapiYaml'])
    expect(() => renderOpenApi([getKeys, getKeys], info)).toThrow(
      'Cannot document GET /v1/keys/{userId}: it is there twice',
    )
  })

  test('comes out the same every time', () => {
    expect(renderOpenApi(routes, info)).toBe(renderOpenApi([...routes], { ...info }))
  })

  test('refers to nothing that it does not hold', () => {
    const text = renderOpenApi(routes, info)
    const document: unknown = parse(text)
    const references = [...text.matchAll(/\$ref: "?#\/([^"\n]+)/g)].map(([, path = '']) => path)
    expect(references.length).toBeGreaterThan(10)
    for (const reference of references) {
      let at: unknown = document
      for (const step of reference.split('/'))
        at = z.record(z.string(), z.unknown()).parse(at)[step]
      expect([reference, at]).not.toEqual([reference, undefined])
    }
    expect(text).not.toContain('$defs')
  })
})

describe('a schema', () => {
  test('with a name is held once, as clients write it', () => {
    const { schemas } = draw().components
    expect(Object.keys(schemas)).toEqual(['Bundle', 'ErrorResponse', 'Key', 'Upload'])
    expect(schemas['Upload']).toEqual({
      type: 'object',
      description: 'Keys: new ones',
      properties: { key: { $ref: '#/components/schemas/Key' }, note: { type: 'string' } },
      required: ['key'],
    })
    expect(schemas['Bundle']).toMatchObject({
      properties: {
        keys: { type: 'array', items: { $ref: '#/components/schemas/Key' } },
        last: { anyOf: [{ $ref: '#/components/schemas/Key' }, { type: 'null' }] },
      },
    })
  })

  test('without a name stands where it is used', () => {
    const route: Route = {
      ...gateway,
      responses: { 200: { description: 'Count', json: z.object({ count: z.int().min(0) }) } },
    }
    expect(operation('/v1/gateway', 'get', [route]).responses['200']).toMatchObject({
      content: {
        'application/json': {
          schema: { type: 'object', properties: { count: { type: 'integer', minimum: 0 } } },
        },
      },
    })
  })

  test('cannot share its name with another', () => {
    const other = z.object({ keyId: z.string() }).meta({ id: 'Other' })
    const route = (json: z.ZodType, path: string): Route => ({
      ...gateway,
      path,
      responses: { 200: { description: '', json } },
    })
    const twin = z.object({ other, more: z.string() }).meta({ id: 'Key' })
    expect(() => renderOpenApi([route(key, '/a'), route(twin, '/b')], info)).toThrow(
      'Cannot document schema Key: two schemas have that name',
    )
  })

  test('of an error is there even if no route names one', () => {
    expect(draw([bytes]).components.schemas['ErrorResponse']).toMatchObject({ required: ['error'] })
  })
})

describe('a route', () => {
  test('shows its parameters, and must have those of its path', () => {
    expect(operation('/v1/keys/{userId}', 'get').parameters).toEqual([
      {
        name: 'userId',
        in: 'path',
        required: true,
        description: 'Whose bundle',
        schema: { type: 'string', format: 'uuid' },
      },
      {
        name: 'from',
        in: 'query',
        required: true,
        description: 'From where',
        schema: { type: 'string' },
      },
    ])
    expect(operation('/v1/gateway', 'get').parameters).toMatchObject([{ required: false }])
    expect(operation('/openapi.yaml', 'put').parameters).toBeUndefined()
    const { parameters: _, ...without } = getKeys
    expect(() => renderOpenApi([without], info)).toThrow(
      'Cannot document GET /v1/keys/{userId}: path and parameters differ in userId',
    )
    expect(() => renderOpenApi([{ ...getKeys, path: '/v1/keys' }], info)).toThrow(
      'differ in userId',
    )
  })

  test('shows what it accepts', () => {
    expect(operation('/v1/keys/{userId}', 'post').requestBody).toEqual({
      required: true,
      content: asJson('Upload'),
    })
    expect(operation('/v1/keys/{userId}', 'post').parameters).toMatchObject([
      { name: 'userId' },
      { name: 'Idempotency-Key', in: 'header', required: false, description: 'Yours' },
    ])
    expect(operation('/openapi.yaml', 'put').requestBody).toEqual({
      required: true,
      content: { 'application/x-protobuf': {}, 'application/octet-stream': {} },
    })
  })

  test('shows what it answers, in the order of the numbers, with its request id', () => {
    const get = operation('/v1/keys/{userId}', 'get').responses
    expect(Object.keys(get)).toEqual(['200', '404', '429', '500', '503'])
    expect(get['200']).toEqual({
      description: 'A bundle',
      headers: requestIdHeader,
      content: asJson('Bundle'),
    })
    expect(operation('/v1/keys/{userId}', 'post').responses['200']).toEqual({
      description: 'Stored',
      headers: { ETag: { description: 'The id', schema: { type: 'string' } }, ...requestIdHeader },
    })
    expect(operation('/openapi.yaml', 'put').responses['200']).toMatchObject({
      content: { 'text/yaml': { schema: { type: 'string' } } },
    })
    expect(operation('/openapi.yaml', 'put').responses['206']).toMatchObject({
      content: { 'application/octet-stream': {} },
    })
    expect(operation('/v1/gateway', 'get').responses['101']).toEqual({
      description: 'Switching protocols',
      headers: {},
    })
  })

  test('shows what its guards answer, unless it says so itself', () => {
    const statuses = (path: string, method: string) =>
      Object.keys(operation(path, method).responses)
    expect(statuses('/v1/keys/{userId}', 'post')).toEqual([
      '200',
      '401',
      '403',
      '429',
      '500',
      '503',
    ])
    expect(statuses('/v1/gateway', 'get')).toEqual(['101', '401', '403', '429', '500', '503'])
    expect(statuses('/openapi.yaml', 'put')).toEqual(['200', '206', '500', '503'])
    expect(operation('/v1/gateway', 'get').responses['401']).toEqual({
      $ref: '#/components/responses/Unauthorized',
    })
    expect(operation('/v1/keys/{userId}', 'post').responses['401']).toMatchObject({
      description: 'Not yours',
    })
    const { responses } = draw().components
    expect(Object.keys(responses)).toEqual([
      'Unauthorized',
      'Forbidden',
      'TooManyRequests',
      'InternalServerError',
      'ServiceUnavailable',
    ])
    expect(responses['TooManyRequests']).toMatchObject({
      headers: { 'Retry-After': { schema: { type: 'string' } }, ...requestIdHeader },
      content: asJson('ErrorResponse'),
    })
  })

  test('shows how its token is sent', () => {
    expect(operation('/v1/keys/{userId}', 'get').security).toBeUndefined()
    expect(operation('/v1/keys/{userId}', 'post').security).toEqual([{ bearerAuth: [] }])
    expect(operation('/v1/gateway', 'get').security).toEqual([
      { bearerAuth: [] },
      { queryToken: [] },
    ])
    expect(draw().components.securitySchemes).toMatchObject({
      bearerAuth: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      queryToken: { type: 'apiKey', in: 'query', name: 'token' },
    })
  })
})
