/**
 * Whether a "module" is a PKCS#12 file with software certificates, for practice, and not a PKCS#11 driver.
 * A file of its own without imports: the signer asks before it loads anything else.
 */
export function isPracticeFile(modulePath: string): boolean {
  return /\.(p12|pfx)$/i.test(modulePath)
}
