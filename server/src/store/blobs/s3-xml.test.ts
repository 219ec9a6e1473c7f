import { describe, expect, test } from 'vitest'
import { elements, escapeXml, text } from '#store/blobs/s3-xml.ts'

describe('The XML of S3', () => {
  test('gives the insides of every element of a name, in order', () => {
    const page =
      '<R xmlns="x"><Contents><Key>a</Key></Contents><Other/><Contents><Key>b</Key></Contents></R>'
    expect(elements(page, 'Contents').map((inside) => text(inside, 'Key'))).toEqual(['a', 'b'])
    expect(elements(page, 'Missing')).toEqual([])
  })

  test('decodes what is escaped, and leaves what is no entity', () => {
    expect(text('<E>&quot;a&amp;b&quot; &#65;&#x42; &lt;&gt;&apos;</E>', 'E')).toBe('"a&b" AB <>\'')
    expect(text('<E>&nope; &#9999999; &constructor;</E>', 'E')).toBe(
      '&nope; &#9999999; &constructor;',
    )
    expect(text('<E></E>', 'E')).toBe('')
  })

  test('finds nothing in text that is cut off, in one pass', () => {
    expect(text('<E>cut', 'E')).toBeUndefined()
    expect(elements('<E>a</E><E>cut', 'E')).toEqual(['a'])
    const started = performance.now()
    elements('<E>'.repeat(1_000_000), 'E')
    expect(performance.now() - started).toBeLessThan(1_000)
  })

  test('escapes what would end a text', () => {
    expect(escapeXml('"a<b>&c"')).toBe('"a&lt;b&gt;&amp;c"')
  })
})
