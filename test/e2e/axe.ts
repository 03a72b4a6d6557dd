import { AxeBuilder } from '@axe-core/playwright'
import type { OfficeWindow } from './office-window.ts'

/** How a screen may be looked at. */
const LOOKS = [
  { name: 'dark', media: { colorScheme: 'dark' } },
  { name: 'contrast', media: { colorScheme: 'light', contrast: 'more' } },
  // A contrast theme of Windows: its colours are the system's, and not ours to judge.
  { name: 'forced', media: { colorScheme: 'light', contrast: 'more', forcedColors: 'active' } },
  { name: 'light', media: { colorScheme: 'light' } },
] as const
/** Colours that are on their way from one look to the next are not looked at. */
const USUAL = { contrast: 'no-preference', forcedColors: 'none', reducedMotion: 'reduce' } as const

/**
 * Keeps a screen as a picture in each look, and judges it with axe, in the light, in the dark and with more contrast.
 * The window itself must not be scrollable: whatever brought a part of it into view would push the frame off the top.
 *
 * @param picture where the pictures go, without their suffix
 * @param part selector of the part that is judged; left out, all of the page
 * @returns what was found, a line each
 */
export async function judgeScreen(office: OfficeWindow, picture: string, part?: string): Promise<string[]> {
  const { page } = office
  const found: string[] = []
  await office.settle()
  for (const { name, media } of LOOKS) {
    await page.emulateMedia({ ...USUAL, ...media })
    await office.screenshot(`${picture}-${name}.png`)
    const beyond = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)
    if (beyond > 0) found.push(`${picture} (${name}): ${String(beyond)} px below the window`)
    if (name === 'forced') continue
    const axe = new AxeBuilder({ page }).setLegacyMode()
    // Names, roles and order are the same in every light.
    if (name !== 'light') axe.withRules(['color-contrast'])
    const { violations } = await (part === undefined ? axe : axe.include(part)).analyze()
    for (const { id, nodes } of violations) {
      found.push(`${picture} (${name}): ${id} at ${nodes.map(({ target }) => target.join(' ')).join('; ')}`)
    }
  }
  return found
}
