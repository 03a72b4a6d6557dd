import { readFileSync } from 'node:fs'
import type { Locator, Page } from 'playwright'
import { projectPath } from './office-window.ts'

/** One act that the guide tells the clerk, in the order in which it is told. */
export type GuideAct =
  | { readonly act: 'press'; readonly name: string }
  | { readonly act: 'type'; readonly text: string; readonly field: string }
  | { readonly act: 'choose'; readonly name: string }
  | { readonly act: 'see'; readonly words: string }

/** A numbered step of a chapter. */
export interface GuideStep {
  readonly number: number
  readonly text: string
  readonly acts: readonly GuideAct[]
}

/**
 * The four sentences that steps are made of; bold words are names on the screen: “bấm **…**”, “chọn **…**”,
 * “thấy **…**” and “gõ “…” vào **…**”.
 */
const SENTENCE =
  /(?:(?<press>bấm)|(?<choose>chọn)|(?<see>thấy)|gõ\s+“(?<text>[^”]+)”\s+vào)\s+\*\*(?<name>[^*]+)\*\*/giu

/**
 * The numbered steps of a chapter of the user guide, read out of its text.
 *
 * @throws Error where a step prints words in bold, or quotes what is to be typed, outside the four sentences: it
 *   would be read over
 */
export function stepsOfChapter(title: string): GuideStep[] {
  const guide = readFileSync(projectPath('docs/user-guide.vi.md'), 'utf8')
  const chapter = guide.split(/^## /m).find((one) => one.startsWith(`${title}\n`))
  if (chapter === undefined) throw new Error(`the guide has no chapter ${title}`)
  return [...chapter.matchAll(/^(\d+)\. ([\s\S]*?)(?=^\d+\. |^$)/gm)].map(([, number, body = '']) => {
    const text = body.replace(/\s+/g, ' ').trim()
    const acts = [...text.matchAll(SENTENCE)].map(({ groups = {} }) => actOf(groups))
    const printed = text.match(/\*\*[^*]+\*\*/g)?.length ?? 0
    const quoted = text.match(/“[^”]+”/g)?.length ?? 0
    const typed = acts.filter(({ act }) => act === 'type').length
    if (printed !== acts.length || quoted !== typed) {
      throw new Error(`step ${String(number)} says more than can be walked: ${text}`)
    }
    return { number: Number(number), text, acts }
  })
}

function actOf({ press, choose, see, text, name = '' }: Partial<Record<string, string>>): GuideAct {
  if (text !== undefined) return { act: 'type', text, field: name }
  if (press !== undefined) return { act: 'press', name }
  if (choose !== undefined) return { act: 'choose', name }
  if (see !== undefined) return { act: 'see', words: name }
  throw new Error(`no act for ${name}`)
}

/** Does one act as a person would who knows nothing but the sentence: by what is written on the screen. */
export async function perform(page: Page, act: GuideAct): Promise<void> {
  switch (act.act) {
    case 'press':
      await named(page, ['button', 'link'], act.name).click()
      return
    case 'choose':
      await named(page, ['option', 'radio'], act.name).click()
      return
    case 'type':
      await named(page, ['textbox', 'combobox'], act.field).fill(act.text)
      return
    case 'see':
      await page.getByText(act.words).filter({ visible: true }).first().waitFor()
  }
}

/** The first control of one of these kinds whose name begins so. Names of buttons may go on, as “số 1” does. */
function named(page: Page, roles: readonly Parameters<Page['getByRole']>[0][], name: string): Locator {
  const begins = new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`)
  const [first, ...others] = roles.map((role) => page.getByRole(role, { name: begins }))
  if (first === undefined) throw new RangeError('no kind of control')
  return others.reduce((any, one) => any.or(one), first).first()
}
