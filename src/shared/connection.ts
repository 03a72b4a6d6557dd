import { z } from 'zod'
import { instant, sha256Hex } from './document/fields.ts'

/** How the office gets out of its network: straight, as this PC's browsers do, or by a proxy it names. */
export const proxyChoice = z.discriminatedUnion('by', [
  z.object({ by: z.literal('none') }),
  z.object({ by: z.literal('system') }),
  z.object({
    by: z.literal('office'),
    host: z
      .string()
      .trim()
      .max(253)
      .regex(/^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])$/i),
    port: z.int().min(1).max(65_535),
    /** Empty where the proxy asks for no name. */
    userName: z.string().max(200),
  }),
])
export type ProxyChoice = z.output<typeof proxyChoice>

/** From when on a difference between the clocks is worth a word, in seconds. */
export const clockLimitSeconds = z.int().min(5).max(86_400)

/** What the connection section of the settings shows. No password and no key comes out. */
export const connectionSettings = z.object({
  proxy: proxyChoice,
  /** A password for the proxy is kept. */
  hasProxyPassword: z.boolean(),
  clockLimitSeconds,
  /** Names of the issuers that alone may vouch for the server; left out, the usual ones of the web do. */
  authorities: z.array(z.string()).optional(),
  /** The file that our own certificate came in, for servers that ask for one. */
  clientCertificate: z.object({ fileName: z.string() }).optional(),
})
export type ConnectionSettings = z.output<typeof connectionSettings>

/** A server's certificate as people compare it. */
export const serverCertificate = z.object({
  /** Of the certificate (DER). */
  sha256: sha256Hex,
  subject: z.string(),
  issuer: z.string(),
  notBefore: instant,
  notAfter: instant,
})
export type ServerCertificate = z.output<typeof serverCertificate>
