/** docs/document-life.md as the state machines would have it. */
export function documentLife(): Promise<string>
