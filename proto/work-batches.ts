/**
 * A message of WorkerService.Work costs as much to carry as dozens of leases to encode, so what is said at one moment travels in
 * one. Only the two ends of the call know of batches.
 */
interface Batchable<Message> {
  readonly batch?: { readonly messages?: readonly Message[] } | null;
}

/** Of a hundred bytes to some thousand each, far below what gRPC carries at once. */
const MAX_BATCH = 32;

/** Takes the next messages of a queue as one. @param queue not empty. */
export function takeBatch<Message extends Batchable<Message>>(queue: Message[]): Message {
  const messages = queue.splice(0, MAX_BATCH);
  return messages.length === 1 ? (messages[0] as Message) : ({ batch: { messages } } as unknown as Message);
}

/** What a message says, one by one. */
export function messagesOf<Message extends Batchable<Message>>(message: Message): readonly Message[] {
  return message.batch ? (message.batch.messages ?? []) : [message];
}
