/** What to add to a windowed program's environment, and how to end the screen that was started. */
export function display(): Promise<{ readonly env: Readonly<Record<string, string>>; stop(): void }>
