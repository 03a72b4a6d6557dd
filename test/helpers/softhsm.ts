import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Where Debian keeps SoftHSM2. */
export const MODULE_PATH = '/usr/lib/softhsm/libsofthsm2.so'
const SO_PIN = '87654321'

/** What goes onto a new token. */
export interface NewToken {
  /** At most 32 bytes of UTF-8. */
  readonly label: string
  /** 4 to 255 bytes. */
  readonly pin: string
  readonly certificatePem: string
  /** PKCS#8 PEM without a password; RSA or EC. */
  readonly keyPem: string
  /** Issuers to keep beside the certificate, as some CAs' tokens do. */
  readonly chainPem?: readonly string[]
  /** CKA_ID of the key pair, hex. Default 01. */
  readonly keyId?: string
  /** CKA_ID of the certificate, hex; empty for none. Default: the key's. */
  readonly certificateId?: string
  /** The key asks for the PIN before every single signature. RSA only. */
  readonly alwaysAuthenticate?: boolean
}

/** A token as softhsm2-util made it. The slot is what it is now; it may move. */
export interface SoftToken {
  readonly serial: string
  readonly slot: number
  readonly label: string
  readonly pin: string
}

/** A set of SoftHSM2 tokens in a folder of its own. */
export interface SoftHsm {
  readonly modulePath: string
  /** For the environment of every process that loads the module. */
  readonly env: { readonly SOFTHSM2_CONF: string }
  addToken(content: NewToken): SoftToken
  /** Adds one more key pair and certificate to a token. */
  addKey(token: SoftToken, content: Omit<NewToken, 'label' | 'pin'>): void
  removeToken(token: SoftToken): void
}

/**
 * Makes an empty set of SoftHSM2 tokens under `directory` (made if missing), apart from any other set
 * on the machine. Needs Debian's softhsm2 and opensc.
 *
 * SoftHSM never locks a PIN, whatever happens: tests of locking need test/native/fault-shim.c.
 */
export function makeSoftHsm(directory: string): SoftHsm {
  const home = resolve(directory)
  const tokens = join(home, 'tokens')
  mkdirSync(tokens, { recursive: true, mode: 0o700 })
  const configuration = join(home, 'softhsm2.conf')
  writeFileSync(
    configuration,
    `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\nslots.removable = false\n`,
  )
  const env = { SOFTHSM2_CONF: configuration }

  function run(command: string, ...options: string[]): string {
    return execFileSync(command, options, {
      env: { ...process.env, ...env },
      encoding: 'utf8',
      stdio: 'pipe',
    })
  }

  function tool(token: SoftToken, ...options: string[]): void {
    const login = ['--module', MODULE_PATH, '--slot', String(token.slot), '--login', '--pin', token.pin]
    run('pkcs11-tool', ...login, ...options)
  }

  function addKey(token: SoftToken, content: Omit<NewToken, 'label' | 'pin'>): void {
    const { certificatePem, keyPem, chainPem = [], keyId = '01', certificateId = keyId } = content
    const scratch = mkdtempSync(join(home, 'import-'))
    const file = (name: string, text: string | Uint8Array): string => {
      const path = join(scratch, name)
      writeFileSync(path, text, { mode: 0o600 })
      return path
    }
    try {
      const keyFile = file('key.pem', keyPem)
      if (content.alwaysAuthenticate === true) {
        const traditional = run('openssl', 'rsa', '-in', keyFile, '-traditional')
        const der = file('key.der', Buffer.from(traditional.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
        tool(
          token,
          '--write-object',
          der,
          '--type',
          'privkey',
          '--id',
          keyId,
          '--label',
          'key',
          '--always-auth',
        )
      } else {
        const where = ['--slot', String(token.slot), '--pin', token.pin]
        run('softhsm2-util', '--import', keyFile, ...where, '--label', 'key', '--id', keyId, '--force')
      }
      const certificate = (pem: string, name: string, id: string): void => {
        const der = file(`${name}.der`, Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64'))
        const naming = id === '' ? [] : ['--id', id]
        tool(token, '--write-object', der, '--type', 'cert', '--label', name, ...naming)
      }
      certificate(certificatePem, 'certificate', certificateId)
      chainPem.forEach((pem, at) => {
        certificate(pem, `issuer-${String(at + 1)}`, `f${String(at)}`)
      })
    } finally {
      rmSync(scratch, { recursive: true, force: true })
    }
  }

  return {
    modulePath: MODULE_PATH,
    env,
    addToken({ label, pin, ...content }) {
      const made = run(
        'softhsm2-util',
        '--init-token',
        '--free',
        '--label',
        label,
        '--so-pin',
        SO_PIN,
        '--pin',
        pin,
      )
      const slot = /reassigned to slot (\d+)/.exec(made)?.[1]
      if (slot === undefined) throw new Error(`softhsm2-util did not name the slot: ${made}`)
      const shown = run('softhsm2-util', '--show-slots')
      const serial = new RegExp(`^Slot ${slot}\\n[^]*?Serial number: +(\\w+)`, 'm').exec(shown)?.[1]
      if (serial === undefined) throw new Error(`softhsm2-util shows no serial for slot ${slot}: ${shown}`)
      const token = { serial, slot: Number(slot), label, pin }
      addKey(token, content)
      return token
    },
    addKey,
    removeToken(token) {
      run('softhsm2-util', '--delete-token', '--serial', token.serial)
    },
  }
}
