import { Buffer } from 'node:buffer'
import tinos from '../../resources/fonts/Tinos-Regular.ttf?inline'

/** Tinos, the Times-metric face with Vietnamese letters of which a subset goes into each visible block. */
export function appearanceFont(): Uint8Array {
  return Buffer.from(tinos.slice(tinos.indexOf(',') + 1), 'base64')
}
