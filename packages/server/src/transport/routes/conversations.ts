/** `/api/conversations`: what a client reads when its run is lost, and what it erases. */
import { SpeakCodeError } from '@speak-code/protocol'
import { Hono } from 'hono'
import type { Chat } from '../../chat/chat.ts'
import { LOCAL } from '../../chat/principal.ts'

export function conversationRoutes(chat: Chat): Hono {
  return new Hono()
    .get('/:id', async (context) => {
      const conversation = await chat.conversation(LOCAL, context.req.param('id'))
      if (conversation === undefined) throw unknownConversation()
      return context.json(conversation)
    })
    .delete('/:id', async (context) => {
      if (!(await chat.deleteConversation(LOCAL, context.req.param('id')))) {
        throw unknownConversation()
      }
      return context.body(null, 204)
    })
}

function unknownConversation(): SpeakCodeError {
  return new SpeakCodeError('not_found', 'There is no such conversation.')
}
