import type { Locator } from 'playwright'
import type { OfficeWindow } from './office-window.ts'

/** Further than any control is from another. */
const MOST_STEPS = 150

/** A window worked with by the keyboard alone. After every key it is looked at where the focus is. */
export class Keys {
  readonly #office: OfficeWindow
  /** What was wrong with the focus, a line each. */
  readonly problems: string[] = []

  constructor(office: OfficeWindow) {
    this.#office = office
  }

  get #page() {
    return this.#office.page
  }

  async press(key: string): Promise<void> {
    const before = await this.#page.evaluate(() => document.activeElement?.textContent.slice(0, 40) ?? '')
    await this.#page.keyboard.press(key)
    const problem = await this.#page.evaluate(judgeFocus)
    if (problem !== undefined) this.problems.push(`after ${key} on “${before}”: ${problem}`)
  }

  /** Letters as they come out of an input method. */
  async type(text: string): Promise<void> {
    await this.#page.keyboard.insertText(text)
  }

  /** Tab, or another key, until the control has the focus. */
  async to(control: Locator, key = 'Tab'): Promise<void> {
    await control.waitFor({ state: 'attached' })
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (await control.evaluate((element) => element === document.activeElement)) return
      await this.press(key)
    }
    throw new Error(`${key} does not lead to ${control.toString()}`)
  }

  /** Goes to a control and presses Enter on it. */
  async enter(control: Locator, key = 'Tab'): Promise<void> {
    await this.to(control, key)
    await this.press('Enter')
  }

  /** Goes to a box and types over what stands in it. */
  async write(box: Locator, text: string): Promise<void> {
    await this.to(box)
    await this.press('Control+a')
    await this.type(text)
  }

  /** Tab, or another key, until something inside has the focus. */
  async into(group: Locator, key = 'Tab'): Promise<void> {
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if (await group.evaluate((element) => element.contains(document.activeElement))) return
      await this.press(key)
    }
    throw new Error(`${key} does not lead into ${group.toString()}`)
  }

  /** Into a group of radios, and by the arrows to one of them. */
  async choose(group: Locator, one: Locator): Promise<void> {
    await this.into(group)
    await this.to(one, 'ArrowDown')
  }

  /** By the arrows to a row of a list. */
  async toRow(list: Locator, row: Locator): Promise<void> {
    await this.to(list)
    await this.press('Home')
    await row.waitFor()
    for (let step = 0; step < MOST_STEPS; step += 1) {
      const id = await row.getAttribute('id')
      if ((await list.getAttribute('aria-activedescendant')) === id) return
      await this.press('ArrowDown')
    }
    throw new Error(`the arrows do not lead to ${row.toString()}`)
  }

  /** A choice of the system's own list, by its arrows. */
  async select(box: Locator, text: string): Promise<void> {
    await this.to(box)
    await this.press('Home')
    for (let step = 0; step < MOST_STEPS; step += 1) {
      if ((await box.locator('option:checked').innerText()) === text) return
      await this.press('ArrowDown')
    }
    throw new Error(`the list has no ${text}`)
  }
}

/** In the page: what is wrong with the focus, once what was pressed had its effect. */
async function judgeFocus(): Promise<string | undefined> {
  // Half a second is long for a screen to come, and short for whoever presses the next key.
  for (let frame = 0; frame < 4 || (document.activeElement === document.body && frame < 30); frame += 1) {
    await new Promise((resolve) => {
      requestAnimationFrame(resolve)
    })
  }
  const element = document.activeElement
  if (element === null || element === document.body) return 'nothing has the focus'
  const name = `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent.slice(0, 40)}`
  // A hidden radio shows its focus on what stands for it, a list on its row.
  const row = document.getElementById(element.getAttribute('aria-activedescendant') ?? '')
  const shown = [element, element.nextElementSibling, element.closest('label'), row]
  const hasRing = shown.some((one) => {
    if (one === null) return false
    const { outlineStyle, outlineWidth } = getComputedStyle(one)
    return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
  })
  // Whoever writes in a text sees the caret.
  const isText = element instanceof HTMLElement && element.isContentEditable
  if (!hasRing && !isText) return `the focus is not seen on ${name}`
  const { top, bottom, left, right } = (row ?? element).getBoundingClientRect()
  const isInSight = bottom > 0 && top < window.innerHeight && right > 0 && left < window.innerWidth
  return isInSight ? undefined : `${name} has the focus out of sight`
}
