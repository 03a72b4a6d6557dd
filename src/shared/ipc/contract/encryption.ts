import { z } from 'zod'
import { bytes } from '../../bytes.ts'
import { organId } from '../../document/fields.ts'
import { documentForm, encryptionSettings, encryptionStatus } from '../../encryption.ts'
import { certificateChoice, nothing, pinUse, type Requests } from './values.ts'

/** Keys for encryption between offices, and what the office wants of them. */
export const encryptionContract = {
  'encryption.status': { input: nothing, output: encryptionStatus },
  'encryption.save': { input: encryptionSettings, output: encryptionStatus },
  /** "Tạo khóa mã hóa": a new key pair, for which the agency's token signs. The older ones go on opening. */
  'encryption.makeKey': {
    input: z.object({ certificate: certificateChoice, ...pinUse }),
    output: encryptionStatus,
  },
  /** "Xuất khóa của cơ quan": what the agency states about its key, as a file for other offices. */
  'encryption.exportKey': { input: nothing, output: z.object({ path: z.string().optional() }) },
  /** "Nhập khóa của nơi nhận": such a file of another agency. */
  'encryption.importKey': {
    input: z.object({ file: bytes.refine((content) => content.byteLength <= 1_000_000) }),
    output: z.object({ organId: z.string() }),
  },
  /** In which form a document to these agencies would leave now. */
  'encryption.form': {
    input: z.object({ recipients: z.array(organId).max(500) }),
    output: documentForm,
  },
} satisfies Requests
