import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keys, TestChat, type Beginning } from '#chat/chat-for-tests.ts'
import { draw } from '#chat/draw.ts'
import {
  identityOf,
  ownIdentity,
  sampleChannel,
  sampleContact,
  sampleConversation,
  sampleMessage,
  sampleMillis,
} from '#people-for-tests.ts'
import { textWidth } from '#screen/width.ts'

const maren = sampleContact({ id: 'maren', nickname: 'Maren', verifiedAtMillis: 1 })
const tom = sampleContact({ id: 'tom', name: 'Tomasz' })

const twoPeople = (of: Partial<Beginning> = {}): TestChat =>
  new TestChat({
    contacts: [maren, tom],
    conversations: [
      sampleConversation({
        id: 'maren',
        lastOrder: 3,
        preview: 'the keys',
        timerSeconds: 2_419_200,
      }),
      sampleConversation({ id: 'tom', lastAtMillis: sampleMillis - 86_400_000, preview: 'Bye' }),
    ],
    messages: {
      maren: [
        sampleMessage({ conversation: 'maren', order: 1, body: 'Did the landlord answer?' }),
        sampleMessage({
          conversation: 'maren',
          order: 2,
          isOwn: true,
          status: 'read',
          body: 'He did.',
          replyTo: 'maren-1',
        }),
        sampleMessage({ conversation: 'maren', order: 3, body: 'And bring the keys' }),
      ],
    },
    ...of,
  })

test('two panes: who there is, and what was said', () => {
  expect(twoPeople().screen().split('\n')).toEqual([
    ' Sotto                        ● Connected. The relay sees your network address.',
    '─'.repeat(80),
    '▌ Maren           14:05 │ Maren            Verified · messages go after 4 weeks',
    `▌ the keys              │ ${'─'.repeat(53)}`,
    '  Tomasz      Yesterday │',
    '  Bye                   │',
    '                        │                         Today',
    '                        │',
    '                        │   Maren',
    '                        │   Did the landlord answer?                      13:06',
    '                        │',
    '                        │   You',
    '                        │   │ Maren: Did the landlord answer?',
    '                        │   He did.                                13:07 · Read',
    '                        │',
    '                        │   Maren',
    '                        │   And bring the keys                            13:08',
    `                        │ ${'─'.repeat(53)}`,
    '                        │ › Write to Maren',
    ' Enter sends · Alt-Enter new line · Ctrl-K jump · Tab messages           ? help',
  ])
})

describe('writing', () => {
  test('Enter sends, and the line is empty again', () => {
    const chat = twoPeople()
    chat.type('On my way', keys.enter)
    expect(chat.effects).toEqual([
      { kind: 'send', conversation: 'maren', body: 'On my way', replyTo: undefined },
    ])
    expect(chat.screen()).toContain('› Write to Maren')
  })

  test('the line grows with what is in it, and the cursor goes along', () => {
    const chat = twoPeople()
    const before = chat.cursor()?.y
    chat.type('one', keys.altEnter, 'two', keys.ctrlJ, 'three')
    expect(chat.screen()).toMatch(/› one\n.*two\n.*three\n/)
    expect(chat.cursor()).toEqual({ x: 33, y: before })
    chat.type(keys.enter)
    expect(chat.effects).toMatchObject([{ body: 'one\ntwo\nthree' }])
  })

  test('what is pasted is text, whatever is in it', () => {
    const chat = twoPeople()
    chat.type('\u001b[200~a\r\nb\u001b[31m\u0003\u001b[201~', keys.enter)
    expect(chat.effects).toMatchObject([{ kind: 'send', body: 'a\nb\uFFFD[31m\uFFFD' }])
  })

  test('nothing is not sent', () => {
    const chat = twoPeople()
    chat.type('  ', keys.enter)
    expect(chat.effects).toEqual([])
  })

  test('Up brings back what was sent before, Down what is new', () => {
    const chat = twoPeople()
    chat.type(keys.up)
    expect(chat.screen()).toContain('› He did.')
    chat.type(keys.down)
    expect(chat.screen()).toContain('› Write to Maren')
    chat.type('new', keys.up)
    expect(chat.screen()).toContain('› new')
  })

  test('each conversation keeps its own draft', () => {
    const chat = twoPeople()
    chat.type('to Maren', keys.ctrlN, 'to Tom')
    expect(chat.screen()).toContain('› to Tom')
    chat.type(keys.ctrlP)
    expect(chat.screen()).toContain('› to Maren')
  })

  test('what could not be sent is there to be sent again', () => {
    const chat = twoPeople()
    chat.type('Hello', keys.enter)
    chat.take({ kind: 'failed', sentence: 'The disk is full.', unsent: 'Hello' })
    expect(chat.screen()).toContain('The disk is full.')
    expect(chat.screen()).toContain('› Hello')
  })

  test('they are told that one writes only if the settings allow it', () => {
    const chat = twoPeople()
    chat.type('x')
    expect(chat.effects).toEqual([])
    chat.state = { ...chat.state, settings: { ...chat.state.settings, sendsTyping: true } }
    chat.type('\u007f', 'a', 'b', '\u0015')
    expect(chat.effects).toEqual([
      { kind: 'typing', conversation: 'maren', isTyping: false },
      { kind: 'typing', conversation: 'maren', isTyping: true },
      { kind: 'typing', conversation: 'maren', isTyping: false },
    ])
  })
})

describe('on a message', () => {
  test('Ctrl-R answers the selected one', () => {
    const chat = twoPeople()
    chat.type(keys.tab, keys.up, keys.ctrlR)
    expect(chat.screen()).toContain('Reply to You: He did.')
    chat.type('Good', keys.enter)
    expect(chat.effects).toMatchObject([{ kind: 'send', body: 'Good', replyTo: 'maren-2' }])
  })

  test('e edits what is ours, and Esc leaves it', () => {
    const chat = twoPeople()
    chat.type(keys.tab, 'e')
    expect(chat.screen()).toContain('Only your own messages can be edited.')
    chat.type(keys.up, 'e')
    expect(chat.screen()).toContain('› He did.')
    chat.type('!', keys.enter)
    expect(chat.effects).toEqual([
      { kind: 'edit', conversation: 'maren', message: 'maren-2', body: 'He did.!' },
    ])
    chat.type(keys.tab, keys.up, 'e', keys.escape)
    expect(chat.screen()).toContain('› Write to Maren')
  })

  test('r reacts with one that is offered, or any other', () => {
    const chat = twoPeople()
    chat.type(keys.tab, 'r', '2', 'r', '🌻', keys.enter)
    expect(chat.effects).toMatchObject([
      { kind: 'react', message: 'maren-3', emoji: '❤️' },
      { kind: 'react', message: 'maren-3', emoji: '🌻' },
    ])
  })

  test('s saves the files of a message that has some', () => {
    const attachments = JSON.parse(
      '[{"name":"lease.pdf","size":3900000,"mediaType":"application/pdf"}]',
    )
    const message = sampleMessage({ conversation: 'maren', order: 1, body: '', attachments })
    const chat = twoPeople({ messages: { maren: [message] } })
    expect(chat.screen()).toContain('▪ lease.pdf · 3.9 MB')
    chat.type(keys.tab, 's')
    expect(chat.effects).toEqual([{ kind: 'save', message }])
    const other = twoPeople()
    other.type(keys.tab, 's')
    expect(other.screen()).toContain('There is no file in this message.')
  })

  test('d asks, and offers both sides only for what is ours', () => {
    const chat = twoPeople()
    chat.type(keys.tab, 'd', 'b')
    expect(chat.effects).toEqual([])
    chat.type('h')
    expect(chat.effects).toMatchObject([{ kind: 'delete-for-me', message: 'maren-3' }])
    chat.type(keys.up, 'd', 'b')
    expect(chat.effects.at(-1)).toMatchObject({ kind: 'delete-for-all', message: 'maren-2' })
  })
})

describe('what is shown of a message', () => {
  const shown = (of: Parameters<typeof sampleMessage>[0]): string => {
    const chat = twoPeople({ messages: { maren: [sampleMessage(of)] }, columns: 100 })
    return chat.screen()
  }
  const base = { conversation: 'maren', order: 1 } as const

  test('its status in a word', () => {
    expect(shown({ ...base, isOwn: true, status: 'queued' })).toContain('13:06 · Sending')
    expect(shown({ ...base, isOwn: true, status: 'accepted' })).toContain('· Sent')
    expect(shown({ ...base, isOwn: true, status: 'failed', reason: 'mailbox-full' })).toContain(
      '· Not sent: their mailbox is full',
    )
  })

  test('edited, disappearing, deleted, lost, newer, reactions', () => {
    expect(shown({ ...base, editedAtMillis: 1 })).toContain('13:06 · edited')
    expect(shown({ ...base, timerSeconds: 60 })).toContain('13:06 · disappears')
    expect(shown({ ...base, expiresAtMillis: sampleMillis + 7_200_000 })).toContain('gone in 2h')
    expect(shown({ ...base, isDeleted: true, body: '' })).toContain('This message was deleted.')
    expect(shown({ ...base, kind: 'lost', body: '' })).toContain('could not be read')
    expect(shown({ ...base, kind: 'newer', body: '' })).toContain('A newer version')
    const reactions = { [identityOf('maren')]: { emoji: '👍', atMillis: 1 } }
    expect(shown({ ...base, isOwn: true, reactions })).toContain('👍 Maren')
  })

  test('notices in plain words', () => {
    const notice = (of: NonNullable<Parameters<typeof sampleMessage>[0]['notice']>): string =>
      shown({ ...base, kind: 'notice', notice: of })
    expect(notice({ kind: 'timer', seconds: 86_400 })).toContain(
      'Maren has set messages to disappear 1 day after they are read.',
    )
    expect(notice({ kind: 'identity-changed' })).toContain(
      'Somebody with another key writes as Maren',
    )
  })

  test('and nothing of it moves the cursor', () => {
    expect(shown({ ...base, body: 'a\u001b[2Jb\u202Ec' })).toContain('a\uFFFD[2Jb\uFFFDc')
  })
})

describe('what happens', () => {
  test('a message in the open conversation is seen, and read', () => {
    const chat = twoPeople()
    const message = sampleMessage({ conversation: 'maren', order: 4, body: 'Here I am' })
    chat.hear({ type: 'message', message })
    expect(chat.screen()).toContain('Here I am')
    expect(chat.effects).toEqual([{ kind: 'mark-read', conversation: 'maren' }])
  })

  test('one elsewhere is counted, and new when one goes there', () => {
    const chat = twoPeople({
      messages: {
        tom: [
          sampleMessage({ conversation: 'tom', order: 1, body: 'old' }),
          sampleMessage({ conversation: 'tom', order: 2, body: 'young' }),
        ],
      },
    })
    chat.hear({
      type: 'conversation-changed',
      conversation: sampleConversation({
        id: 'tom',
        unread: 1,
        readOrder: 1,
        lastOrder: 2,
        preview: 'young',
      }),
    })
    expect(chat.screen()).toMatch(/young +1 │/)
    expect(chat.effects).toEqual([])
    chat.type(keys.ctrlK, 'tom', keys.enter)
    expect(chat.screen()).toMatch(/old[^]*── New ──[^]*young/)
    expect(chat.effects).toEqual([{ kind: 'mark-read', conversation: 'tom' }])
  })

  test('a status that changes is shown where the message is', () => {
    const chat = twoPeople()
    const message = sampleMessage({ conversation: 'maren', order: 2, isOwn: true, body: 'He did.' })
    chat.hear({ type: 'message-changed', message })
    expect(chat.screen()).toContain('· Delivered')
    chat.hear({ type: 'message-gone', conversation: 'maren', id: message.id })
    expect(chat.screen()).not.toContain('He did.  ')
  })

  test('who writes is shown for a while', () => {
    const chat = twoPeople()
    chat.hear({ type: 'typing', conversation: 'maren', isTyping: true })
    expect(chat.screen()).toContain('Maren is writing …')
    chat.take({ kind: 'ticked', nowMillis: sampleMillis + 60_000 })
    expect(chat.screen()).not.toContain('is writing')
  })

  test('the header says what is true of the connection', () => {
    const chat = twoPeople({ columns: 110 })
    chat.hear({ type: 'connection', state: 'offline' })
    expect(chat.screen()).toContain('● Offline. What you write waits here.')
    chat.hear({ type: 'connection', state: 'online' })
    chat.state = {
      ...chat.state,
      settings: { ...chat.state.settings, forwarder: 'https://forward.example' },
    }
    expect(chat.screen()).toContain('The relay sees where you read, not where you send from.')
    chat.state = { ...chat.state, settings: { ...chat.state.settings, mode: 'direct' } }
    expect(chat.screen()).toContain('The relay sees your network address.')
  })

  test('after a gap everything is asked for again', () => {
    const chat = twoPeople()
    chat.hear({ type: 'gap' })
    expect(chat.effects).toEqual([{ kind: 'reload' }])
  })
})

describe('a channel', () => {
  const kitchen = sampleChannel({
    id: 'kitchen',
    name: 'Kitchen table',
    role: 'admin',
    members: [
      { identity: ownIdentity, role: 'admin', name: 'Me', isSelf: true },
      { identity: identityOf('maren'), role: 'member', name: 'Maren', isSelf: false },
      { identity: 'ab'.repeat(32), role: 'member', name: 'Ilse', isSelf: false },
    ],
  })
  const inKitchen = (of: Partial<typeof kitchen> = {}): TestChat =>
    new TestChat({
      contacts: [maren],
      channels: [{ ...kitchen, ...of }],
      conversations: [sampleConversation({ id: 'kitchen', kind: 'channel', lastOrder: 3 })],
      messages: {
        kitchen: [
          sampleMessage({
            conversation: 'kitchen',
            order: 1,
            kind: 'notice',
            sender: ownIdentity,
            notice: { kind: 'member', identity: 'ab'.repeat(32), change: 'added' },
          }),
          sampleMessage({ conversation: 'kitchen', order: 2, sender: 'ab'.repeat(32), body: 'Hi' }),
          sampleMessage({
            conversation: 'kitchen',
            order: 3,
            sender: identityOf('maren'),
            body: 'Ho',
          }),
        ],
      },
      columns: 100,
    })

  test('has a name, and members who are told apart', () => {
    const screen = inKitchen().screen()
    expect(screen).toMatch(/Kitchen table +3 members, you are an admin/)
    expect(screen).toContain('You have added Ilse.')
    expect(screen).toMatch(/ Ilse\n.* Hi .*\n.*\n.* Maren\n.* Ho /)
  })

  test('that one is not in any more can be read, and not written to', () => {
    const chat = inKitchen({ stage: 'removed' })
    expect(chat.screen()).toContain('You are not in this channel any more.')
    chat.type('x', keys.enter)
    expect(chat.effects).toEqual([])
  })

  test('is looked at again when it changes', () => {
    const chat = inKitchen()
    chat.hear({ type: 'channel-changed', channel: 'kitchen' })
    expect(chat.effects).toEqual([{ kind: 'look-at-channel', channel: 'kitchen' }])
    chat.take({ kind: 'looked-at', id: 'kitchen', channel: { ...kitchen, name: 'Hall' } })
    expect(chat.screen()).toContain('Hall')
  })

  test('is gone into from an invitation with Enter', () => {
    const link = 'http://localhost:8080/#c.abc'
    const notice = { kind: 'channel-invite', name: 'Board', link } as const
    const message = sampleMessage({ conversation: 'maren', order: 4, kind: 'notice', notice })
    const chat = twoPeople()
    chat.hear({ type: 'message', message })
    expect(chat.screen()).toContain('Maren invites you to the channel Board.')
    chat.type(keys.tab, keys.enter)
    expect(chat.effects.at(-1)).toEqual({ kind: 'use-link', link })
  })
})

describe('a decision stands where one would write', () => {
  const asked = (of: Partial<typeof tom>): TestChat =>
    new TestChat({
      contacts: [{ ...tom, ...of }],
      conversations: [sampleConversation({ id: 'tom', unread: 1 })],
      messages: { tom: [sampleMessage({ conversation: 'tom', order: 1, body: 'It is me' })] },
    })

  test('a request is accepted or declined with a key', () => {
    const chat = asked({ state: 'request' })
    expect(chat.screen()).toContain('Tomasz wants to write to you.')
    chat.type('hello', keys.enter)
    expect(chat.effects.filter(({ kind }) => kind === 'send')).toEqual([])
    chat.type('a')
    expect(chat.effects.at(-1)).toEqual({ kind: 'accept', contact: 'tom' })
    chat.type('x')
    expect(chat.effects.at(-1)).toEqual({ kind: 'decline', contact: 'tom' })
  })

  test('a key that has changed is theirs or somebody else', () => {
    const chat = asked({ changedIdentity: 'ab'.repeat(32) })
    expect(chat.screen()).toContain('Another key writes as Tomasz.')
    chat.type('n')
    expect(chat.effects.at(-1)).toEqual({ kind: 'refuse-identity', contact: 'tom' })
  })
})

describe('a long conversation', () => {
  const long = (): TestChat =>
    twoPeople({
      messages: {
        maren: Array.from({ length: 100 }, (_, i) =>
          sampleMessage({ conversation: 'maren', order: i + 1, sentAtMillis: sampleMillis + i }),
        ),
      },
    })

  test('is loaded piece by piece as one scrolls, to its beginning', () => {
    const chat = long()
    expect(chat.screen()).toContain('message 100')
    expect(chat.state.threads.get('maren')?.messages.length).toBeLessThan(50)
    for (let page = 0; page < 12; page++) chat.type(keys.pageUp)
    expect(chat.screen()).toContain('message 1 ')
    expect(chat.screen()).toContain('lines below ↓')
    for (let page = 0; page < 12; page++) chat.type(keys.pageDown)
    expect(chat.screen()).toContain('message 100')
  })

  test('stays where one looks when something is added', () => {
    const chat = long()
    chat.type(keys.pageUp)
    const before = chat.screen().split('\n').slice(4, 15)
    const message = sampleMessage({
      conversation: 'maren',
      order: 101,
      sentAtMillis: sampleMillis + 101,
    })
    chat.hear({ type: 'message', message })
    expect(chat.screen().split('\n').slice(4, 15)).toEqual(before)
    expect(chat.effects).toEqual([])
  })

  test('the selected message is seen', () => {
    const chat = long()
    chat.type(keys.tab)
    for (let step = 0; step < 30; step++) chat.type(keys.up)
    expect(chat.screen()).toContain('▌ message 70')
  })
})

describe('over the chat', () => {
  test('? explains the keys, and only on an empty line', () => {
    const chat = twoPeople({ rows: 30 })
    chat.type('?')
    expect(chat.screen()).toContain('─ Keys ─')
    chat.type(keys.escape, 'really?')
    expect(chat.screen()).toContain('› really?')
  })

  test('a link is used where one jumps', () => {
    const chat = twoPeople()
    chat.type(keys.ctrlK, '\u001b[200~http://localhost:8080/#i.ab\ncd\u001b[201~')
    expect(chat.screen()).toContain('Enter uses this invitation.')
    chat.type(keys.enter)
    expect(chat.effects).toEqual([{ kind: 'use-link', link: 'http://localhost:8080/#i.abcd' }])
  })

  test('an invitation is made, and shown without a frame', () => {
    const chat = twoPeople()
    chat.type(keys.ctrlO)
    expect(chat.effects).toEqual([{ kind: 'invite' }])
    chat.take({ kind: 'invited', link: `http://localhost:8080/#i.${'x'.repeat(100)}` })
    expect(chat.screen()).toMatch(/^http:\/\/localhost:8080\/#i\.x+\nx+$/m)
  })

  test('who leaves with something written is asked', () => {
    const chat = twoPeople()
    chat.type(keys.ctrlC)
    expect(chat.effects).toEqual([{ kind: 'leave' }])
    chat.type('draft', keys.ctrlC)
    expect(chat.screen()).toContain('What you have begun to write is not kept.')
    expect(chat.effects).toHaveLength(1)
    chat.type('y')
    expect(chat.effects).toHaveLength(2)
  })
})

test('a narrow window shows one pane at a time', () => {
  const chat = twoPeople({ columns: 40 })
  expect(chat.screen()).not.toContain('Tomasz')
  expect(chat.screen()).toContain('● Connected')
  chat.type(keys.tab, keys.tab)
  expect(chat.screen()).toContain('Tomasz')
  expect(chat.screen()).not.toContain('And bring')
})

test('without anybody it says how somebody comes', () => {
  const chat = new TestChat({ contacts: [], conversations: [] })
  expect(chat.screen()).toContain('Nobody is here yet.')
  expect(chat.screen()).toContain('Ctrl-O makes a link')
})

test('whatever is typed in whatever window, there is a frame of its size', () => {
  const typed = fc.array(
    fc.oneof(
      fc.constantFrom(...Object.values(keys), 'e', 'd', 'r', 'a', '?', '日本', '👩‍👩‍👧'),
      fc.string(),
    ),
    { maxLength: 25 },
  )
  const size = fc.record({
    columns: fc.integer({ min: 1, max: 120 }),
    rows: fc.integer({ min: 1, max: 40 }),
  })
  fc.assert(
    fc.property(typed, size, size, (pieces, first, second) => {
      const chat = twoPeople(first)
      for (const [at, piece] of pieces.entries()) {
        if (at === 5) chat.take({ kind: 'resized', size: second })
        chat.type(piece)
        const frame = draw(chat.state)
        const { columns, rows } = chat.state.size
        expect(frame.rows.length).toBe(rows)
        for (const row of frame.rows) {
          expect(textWidth(row.map(({ letter }) => letter).join(''))).toBe(columns)
        }
        if (frame.cursor !== undefined) {
          expect(frame.cursor.x).toBeLessThan(columns)
          expect(frame.cursor.y).toBeLessThan(rows)
        }
      }
    }),
    { numRuns: 150 },
  )
})
