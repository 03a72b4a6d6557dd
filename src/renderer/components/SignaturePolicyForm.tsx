import { useState } from 'react'

import {
  levelPolicy,
  signaturePolicy,
  type LevelPolicy,
  type SignaturePolicy,
} from '../../shared/signature-policy.ts'
import { rsaScheme, signingDigest } from '../../shared/signing.ts'
import { announce } from '../lib/announce.ts'
import { call } from '../lib/call.ts'
import { useAction } from '../lib/useAction.ts'
import { useLive } from '../lib/useLive.ts'
import { TEXT } from '../text.vi.ts'
import { Failed, FailureBanner, Skeleton } from './Banner.tsx'
import { Button } from './Button.tsx'
import { Choice, RadioCards, TextBox } from './Field.tsx'
import form from './Form.module.css'

/** What our signatures get before a document leaves, and how they are made. Saved by itself. */
export function SignaturePolicyForm() {
  const policy = useLive('signaturePolicy.current', {}, 'office')
  if (policy.status === 'loading') return <Skeleton blocks={1} />
  if (policy.status === 'failed') return <Failed error={policy.error} onRetry={policy.refresh} />
  return <PolicyForm stored={policy.value} />
}

function PolicyForm({ stored }: { stored: SignaturePolicy }) {
  const [policy, setPolicy] = useState(stored)
  const [hosts, setHosts] = useState(textOf(stored.hosts))
  const save = useAction(async (next: SignaturePolicy) => {
    await call('signaturePolicy.save', next)
    announce(TEXT.saved)
  })
  const text = TEXT.signaturePolicy
  const urlIsRight = signaturePolicy.shape.timeStampUrl.safeParse(policy.timeStampUrl).success
  const table = tableOf(hosts)
  const isPlain = policy.level === 'none'
  const change = (part: Partial<SignaturePolicy>) => {
    setPolicy({ ...policy, ...part })
  }
  return (
    <form
      className={form['stack']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        if (urlIsRight && table !== undefined) void save.run({ ...policy, hosts: table })
      }}
    >
      <p>{text.intro}</p>
      <Choice
        label={text.level}
        hint={text.levelHint[policy.level]}
        value={policy.level}
        options={signaturePolicy.shape.level.options.map((value) => ({ value, text: text.levels[value] }))}
        onChange={(level) => {
          change({ level })
        }}
      />
      {isPlain ? null : (
        <>
          <RadioCards
            label={text.ifMissed}
            value={policy.ifMissed}
            options={levelPolicy.options.map((value) => ({ value, ...text.missed[value] }))}
            onChange={(value) => {
              const ifMissed = levelPolicy.options.find((one): one is LevelPolicy => one === value)
              if (ifMissed !== undefined) change({ ifMissed })
            }}
          />
          <TextBox
            label={text.timeStampUrl}
            hint={text.timeStampUrlHint}
            error={urlIsRight ? undefined : text.timeStampUrlWrong}
            type="url"
            value={policy.timeStampUrl}
            onChange={(timeStampUrl) => {
              change({ timeStampUrl })
            }}
          />
        </>
      )}
      <Choice
        label={text.digest}
        value={policy.digest}
        options={signingDigest.options.map((value) => ({ value, text: text.digests[value] }))}
        onChange={(digest) => {
          change({ digest })
        }}
      />
      <Choice
        label={text.rsaScheme}
        hint={text.rsaSchemeHint}
        value={policy.rsaScheme}
        options={rsaScheme.options.map((value) => ({ value, text: text.rsaSchemes[value] }))}
        onChange={(scheme) => {
          change({ rsaScheme: scheme })
        }}
      />
      <TextBox
        label={text.hosts}
        hint={text.hostsHint}
        error={table === undefined ? text.hostsWrong : undefined}
        lines={2}
        optional
        value={hosts}
        onChange={setHosts}
      />
      <FailureBanner error={save.error} boxed />
      <Button kind="primary" type="submit" isBusy={save.busy}>
        {text.save}
      </Button>
    </form>
  )
}

function textOf(hosts: SignaturePolicy['hosts']): string {
  return Object.entries(hosts)
    .map(([name, place]) => `${name} = ${place}`)
    .join('\n')
}

/** One line per host, `name = place`. `undefined`: it cannot be read so. */
function tableOf(text: string): SignaturePolicy['hosts'] | undefined {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const pairs = lines.map((line) => line.split('=').map((part) => part.trim().toLowerCase()))
  if (pairs.some(({ length }) => length !== 2)) return undefined
  return signaturePolicy.shape.hosts.safeParse(Object.fromEntries(pairs)).data
}
