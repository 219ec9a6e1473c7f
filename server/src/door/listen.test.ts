/**
 * @module The listener of the runtime that runs this file, against the contract.
 */
import { listenerContract } from '#door/listener.contract.ts'
import { selectListen } from '#door/listener.ts'

listenerContract(await selectListen())
