/**
 * @module What the command line asks of the engine, and no more. `open-engine.ts` fulfils it with the SDK; tests with
 * people in memory.
 */
import type {
  BackupToImport,
  CheckedBackup,
  Messenger as SdkMessenger,
  NewProfile,
  Settings,
} from '@sotto/sdk'

export type {
  Channel,
  ConnectionState,
  Contact,
  Conversation,
  Invitation,
  Message,
  MessengerEvent,
  NewProfile,
  Notice,
  Settings,
} from '@sotto/sdk'

/** All that is public of the SDK's, which has private parts that nobody else could have. */
export type Messenger = Pick<SdkMessenger, Exclude<keyof SdkMessenger, 'close'>>

export interface Profile extends AsyncDisposable {
  readonly name: string
  readonly createdAtMillis: number
  changePassphrase(old: string, next: string): Promise<void>
}

/** Of one folder. What goes wrong is a `SottoError`. */
export interface Engine {
  create(of: NewProfile): Promise<{ readonly profile: Profile; readonly phrase: string }>
  open(name: string, passphrase: string): Promise<Profile>
  remove(name: string): Promise<void>
  /** Whether another program has it open. */
  isInUse(name: string): Promise<boolean>
  /** Three numbers of words to ask back. */
  quiz(): readonly number[]
  isQuizPassed(phrase: string, numbers: readonly number[], answers: readonly string[]): boolean
  messenger(profile: Profile, options: MessengerOptions): Promise<Messenger>
  exportBackup(profile: Profile, passphrase: string, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Reads all of it. The words are those of the open profile. */
  checkBackup(
    profile: Profile,
    backup: AsyncIterable<Uint8Array>,
    passphrase: string,
    signal: AbortSignal,
  ): Promise<CheckedBackup>
  importBackup(of: BackupToImport): Promise<Profile>
}

export interface MessengerOptions {
  /** Looks at what is there and writes for later, without a connection. */
  readonly isOffline: boolean
  /** For a profile that is new. */
  readonly settings?: (Partial<Settings> & Pick<Settings, 'relay'>) | undefined
}
