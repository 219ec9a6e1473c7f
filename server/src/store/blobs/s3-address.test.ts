import { describe, expect, test } from 'vitest'
import { bucketUrl } from '#store/blobs/s3-address.ts'

const aws = { endpoint: undefined, region: 'eu-central-1', bucket: 'mail', forcePathStyle: false }

describe("A bucket's address", () => {
  test.each([
    [{}, 'https://mail.s3.eu-central-1.amazonaws.com/'],
    [{ forcePathStyle: true }, 'https://s3.eu-central-1.amazonaws.com/mail'],
    // A dot would not match the wildcard of the certificate.
    [{ bucket: 'mail.example' }, 'https://s3.eu-central-1.amazonaws.com/mail.example'],
    [{ bucket: 'Mail_Old' }, 'https://s3.eu-central-1.amazonaws.com/Mail_Old'],
    [{ endpoint: 'http://minio:9000' }, 'http://mail.minio:9000/'],
    [{ endpoint: 'http://minio:9000', bucket: 'mail.example' }, 'http://mail.example.minio:9000/'],
    [{ endpoint: 'http://minio:9000/', forcePathStyle: true }, 'http://minio:9000/mail'],
    [{ endpoint: 'https://host/base/', forcePathStyle: true }, 'https://host/base/mail'],
    // An address has no subdomains.
    [{ endpoint: 'http://127.0.0.1:9000' }, 'http://127.0.0.1:9000/mail'],
    [{ endpoint: 'http://[::1]:9000' }, 'http://[::1]:9000/mail'],
  ])('%j is %s', (place, url) => {
    expect(bucketUrl({ ...aws, ...place }).href).toBe(url)
  })

  test.each([
    ['not a url', /with https or http$/],
    ['file:///tmp', /with https or http$/],
    ['https://user:secret@host', /without credentials, query and fragment$/],
    ['https://host/?a=b', /without credentials, query and fragment$/],
  ])('cannot come from %s, which is not quoted', (endpoint, message) => {
    expect(() => bucketUrl({ ...aws, endpoint })).toThrow(message)
    expect(() => bucketUrl({ ...aws, endpoint })).not.toThrow(/secret|not a url/)
  })

  test.each(['', 'a', '../x', 'a b', 'ä-bucket'])('cannot have the bucket %j', (bucket) => {
    expect(() => bucketUrl({ ...aws, bucket })).toThrow(TypeError)
  })
})
