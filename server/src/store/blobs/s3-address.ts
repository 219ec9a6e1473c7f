/**
 * @module Where a bucket is: in the host's name as AWS wants it, or in the path as most others do.
 */

export interface S3Place {
  /** Undefined for AWS itself. */
  readonly endpoint: string | undefined
  readonly region: string
  readonly bucket: string
  readonly forcePathStyle: boolean
}

/** Throws a TypeError for a place that cannot be addressed. */
export function bucketUrl(place: S3Place): URL {
  const { bucket, region } = place
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}$/.test(bucket)) {
    throw new TypeError(
      `Cannot use bucket '${bucket}': required are letters, digits, '.', '_' and '-'`,
    )
  }
  if (!/^[A-Za-z0-9-]{1,64}$/.test(region)) {
    throw new TypeError(`Cannot use region '${region}': required are letters, digits and '-'`)
  }
  const url = endpointUrl(place.endpoint ?? `https://s3.${region}.amazonaws.com`)
  if (place.forcePathStyle || !fitsHost(bucket, url)) {
    url.pathname = `${url.pathname.replace(/\/$/, '')}/${bucket}`
  } else {
    url.hostname = `${bucket}.${url.hostname}`
  }
  return url
}

function endpointUrl(endpoint: string): URL {
  // The value is not quoted: what does not parse may hold a password.
  const url = URL.parse(endpoint)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError('Cannot use storage endpoint: required is a URL with https or http')
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new TypeError(
      'Cannot use storage endpoint: required is a URL without credentials, query and fragment',
    )
  }
  return url
}

/** A bucket can be a host name's first label unless the host is an address, or a dot in it breaks the certificate. */
function fitsHost(bucket: string, url: URL): boolean {
  const isAddress = /^[\d.]+$/.test(url.hostname) || url.hostname.startsWith('[')
  const isLabel = /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)
  const isName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket) && !bucket.includes('..')
  return !isAddress && (isLabel || (isName && url.protocol === 'http:'))
}
