/** The app's mark: a sheet with the seal's red letters. */
export function Logo({ className }: { className?: string | undefined }) {
  return (
    <svg viewBox="0 0 28 28" className={className} aria-hidden>
      <rect width="28" height="28" rx="7" fill="#ffffff" />
      <path
        d="M4.6 9h2.6l2.1 7.1L11.4 9h2.5l-3.3 10H7.9zM14.6 9h8.6v2.1h-3.1V19h-2.4v-7.9h-3.1z"
        fill="#c8102e"
      />
    </svg>
  )
}
