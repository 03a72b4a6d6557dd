import type { Output } from '../../shared/ipc/contract.ts'
import { diagnosisText } from '../../shared/token-diagnosis.vi.ts'
import type { Office } from '../office.ts'
import { keepPicture } from '../outgoing/pictures.ts'
import { diagnoseToken } from '../token-diagnosis.ts'
import type { AnswersTo } from './area.ts'

/** The token, what a signature looks like, what it carries, and whose certificates are trusted. */
export function tokenAnswers(
  office: Office,
): AnswersTo<'token' | 'appearance' | 'signaturePolicy' | 'trust'> {
  const { store, host, now } = office

  function diagnosis(): Promise<Output<'token.diagnosis'>> {
    return diagnoseToken(office.signer, store.settings.get('token'), now())
  }

  return {
    'token.status': () => office.watch.status(),
    'token.diagnosis': () => diagnosis(),
    'token.exportDiagnosis': async () => {
      const text = diagnosisText(await diagnosis())
      return { path: await host.saveFile('chan-doan-token.txt', Buffer.from(text)) }
    },
    'appearance.pictures': () => store.pictures.list(),
    'appearance.picture': ({ certificateSha256 }) => ({ picture: store.pictures.get(certificateSha256) }),
    'appearance.keepPicture': async ({ certificateSha256, png, widthMm }) => {
      await keepPicture(store, certificateSha256, { png, widthMm })
      office.tell('appearance')
      return store.pictures.list()
    },
    'appearance.removePicture': ({ certificateSha256 }) => {
      store.pictures.remove(certificateSha256)
      office.tell('appearance')
      return store.pictures.list()
    },
    'signaturePolicy.current': () => office.authorities.policy(),
    'signaturePolicy.save': (policy) => {
      office.authorities.setPolicy(policy)
      office.queue.tryNow()
      office.tell('office')
      return office.authorities.policy()
    },
    'trust.list': () => office.trust.list(),
    'trust.import': ({ file }) => {
      office.trust.add(file)
      office.tell('office')
      return office.trust.list()
    },
    'trust.confirm': ({ sha256 }) => {
      office.trust.confirm(sha256)
      office.tell('office')
      return office.trust.list()
    },
    'trust.remove': ({ sha256 }) => {
      office.trust.remove(sha256)
      office.tell('office')
      return office.trust.list()
    },
  }
}
