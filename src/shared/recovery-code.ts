/**
 * A recovery code without what hands add to it: any case, spaces or hyphens or none, O for 0, I or L for 1. Nothing
 * is said of whether it is one.
 */
export function bareRecoveryCode(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\u200b\p{Pd}._]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')
}
