import { AxeBuilder } from '@axe-core/playwright'
import type { OfficeWindow } from './office-window.ts'

/**
 * Keeps a screen as a picture, and judges it with axe, in the light and in the dark. The window itself must not
 * be scrollable: whatever brought a part of it into view would push the frame off the top.
 *
 * @param picture where the pictures go, without their suffix
 * @param part selector of the part that is judged; left out, all of the page
 * @returns what was found, a line each
 */
export async function judgeScreen(office: OfficeWindow, picture: string, part?: string): Promise<string[]> {
  const { page } = office
  const found: string[] = []
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await office.settle()
    await office.screenshot(`${picture}-${colorScheme}.png`)
    const beyond = await page.evaluate(() => document.documentElement.scrollHeight - window.innerHeight)
    if (beyond > 0) found.push(`${picture} (${colorScheme}): ${String(beyond)} px below the window`)
    // What react-aria has a screen reader say outlives, for some seconds, the button whose name it is.
    const axe = new AxeBuilder({ page }).setLegacyMode().exclude('[data-live-announcer]')
    const { violations } = await (part === undefined ? axe : axe.include(part)).analyze()
    for (const { id, nodes } of violations) {
      found.push(
        `${picture} (${colorScheme}): ${id} at ${nodes.map(({ target }) => target.join(' ')).join('; ')}`,
      )
    }
  }
  return found
}
