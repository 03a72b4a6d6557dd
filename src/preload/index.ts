import { contextBridge, ipcRenderer } from 'electron'

/**
 * The whole bridge: two functions over the port that main hands this window; the engine is at its other
 * end. It knows no method and never grows: methods are added in src/shared/ipc/contract.ts.
 *
 * When the engine was started again a new port arrives: calls that still wait fail as `app/engine-lost`,
 * and the topic `engine` tells the window to ask for everything again.
 */
let port: MessagePort | undefined
let lastId = 0
const waiting = new Map<number, (reply: unknown) => void>()
const held: { readonly id: number; readonly method: string; readonly input: unknown }[] = []
const listeners = new Set<(topic: string) => void>()

function lose(): void {
  for (const [id, resolve] of waiting) {
    waiting.delete(id)
    resolve({ ok: false, error: { code: 'app/engine-lost', incident: crypto.randomUUID() } })
  }
}

function tell(topic: string): void {
  for (const listener of listeners) listener(topic)
}

ipcRenderer.on('port', (event) => {
  const [fresh] = event.ports
  if (fresh === undefined) return
  const isFirst = port === undefined
  port?.close()
  // Before the first port every call is still held here; nothing was sent that could be lost.
  if (!isFirst) lose()
  port = fresh
  port.onmessage = ({ data }: MessageEvent<{ id?: number; reply?: unknown; topic?: string }>) => {
    if (data.topic !== undefined) {
      tell(data.topic)
      return
    }
    if (data.id === undefined) return
    waiting.get(data.id)?.(data.reply)
    waiting.delete(data.id)
  }
  for (const message of held.splice(0)) send(message)
  if (!isFirst) tell('engine')
})

ipcRenderer.on('engine-lost', lose)

function send(message: { readonly id: number; readonly method: string; readonly input: unknown }): void {
  if (port === undefined) held.push(message)
  else port.postMessage(message)
}

contextBridge.exposeInMainWorld('bridge', {
  call: (method: string, input: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      const id = ++lastId
      waiting.set(id, resolve)
      send({ id, method, input })
    }),
  onChange(listener: (topic: string) => void) {
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  },
})
