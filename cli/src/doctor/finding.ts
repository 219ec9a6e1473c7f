/**
 * @module What a check finds: well, or what is wrong and what to do about it.
 */
export interface Finding {
  readonly isWell: boolean
  readonly what: string
  /** What to do; also of something that is well enough and could be better. */
  readonly advice?: string | undefined
}

export function well(what: string, advice?: string): Finding {
  return { isWell: true, what, advice }
}

export function wrong(what: string, advice: string): Finding {
  return { isWell: false, what, advice }
}
