/**
 * Text of a stranger (a certificate's name, a packet's subject) without what could steer a terminal or turn the
 * reading direction: control characters, and the invisible ones.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ')
}
