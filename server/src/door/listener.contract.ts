/**
 * @module The suite that both listeners pass, on real connections. It is the port's documentation: what a door may rely
 * on stands here as a test that fails when a runtime does otherwise.
 */
import { bodyContract } from '#door/listener.contract.body.ts'
import { httpContract } from '#door/listener.contract.http.ts'
import { lifeContract } from '#door/listener.contract.life.ts'
import { manyMessagesContract } from '#door/listener.contract.many.ts'
import { slowPeerContract } from '#door/listener.contract.slow.ts'
import { socketContract } from '#door/listener.contract.socket.ts'
import type { Listen } from '#door/listener.ts'

export function listenerContract(listen: Listen): void {
  httpContract(listen)
  bodyContract(listen)
  socketContract(listen)
  manyMessagesContract(listen)
  slowPeerContract(listen)
  lifeContract(listen)
}
