import { dialog, type BrowserWindow } from 'electron'
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { EVIDENCE_ENDING, PACKET_ENDING } from '../shared/opened.ts'

/**
 * The system's dialogs for files and folders, over the window where there is one. Each answers `undefined` when the
 * clerk cancels.
 */
export function dialogs(window: () => BrowserWindow | undefined) {
  async function open(options: Electron.OpenDialogOptions): Promise<string | undefined> {
    const over = window()
    const chosen =
      over === undefined ? await dialog.showOpenDialog(options) : await dialog.showOpenDialog(over, options)
    return chosen.canceled ? undefined : chosen.filePaths[0]
  }

  async function choosePath(name: string): Promise<string | undefined> {
    const options: Electron.SaveDialogOptions = { title: 'Lưu tệp', defaultPath: basename(name) }
    const over = window()
    const chosen =
      over === undefined ? await dialog.showSaveDialog(options) : await dialog.showSaveDialog(over, options)
    return chosen.canceled || chosen.filePath === '' ? undefined : chosen.filePath
  }

  return {
    chooseModule: () =>
      open({
        title: 'Chọn trình điều khiển token',
        properties: ['openFile'],
        filters: [
          { name: 'Trình điều khiển token', extensions: ['dll', 'so', 'dylib'] },
          { name: 'Chứng thư mềm (thử nghiệm)', extensions: ['p12', 'pfx'] },
          { name: 'Mọi tệp', extensions: ['*'] },
        ],
      }),
    chooseOpenable: () =>
      open({
        title: 'Mở gói tin hoặc hồ sơ chứng cứ',
        properties: ['openFile'],
        filters: [
          {
            name: 'Gói tin, hồ sơ chứng cứ',
            extensions: [PACKET_ENDING, EVIDENCE_ENDING].map((ending) => ending.slice(1)),
          },
        ],
      }),
    chooseFolder: (title: string) => open({ title, properties: ['openDirectory', 'createDirectory'] }),
    choosePath,
    async saveFile(name: string, bytes: Uint8Array): Promise<string | undefined> {
      const path = await choosePath(name)
      if (path !== undefined) await writeFile(path, bytes)
      return path
    },
  }
}
