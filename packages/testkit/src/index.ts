export { DONE_EVENT, deltaEvent, event, finishEvent, roleEvent, usageEvent } from './chat-events.ts'
export type { Fault, ProxyTarget } from './chaos-connection.ts'
export { type ChaosProxy, type ChaosProxyOptions, startChaosProxy } from './chaos-proxy.ts'
export type { Weather } from './chaos-lane.ts'
export { cutBytes, randomFrom } from './cut.ts'
export { type Fixture, type FixtureExpectation, listFixtures } from './fixtures.ts'
export { type MockRecord, type MockUpstream, startMockUpstream } from './mock-upstream.ts'
export type {
  BackgroundAnswer,
  BackgroundStep,
  Cut,
  DeltaStream,
  Match,
  MockCall,
  Pause,
  Piece,
  Reply,
} from './reply.ts'
export { SAMPLE_ANSWER, tokensOf } from './sample-answer.ts'
export { type TemporaryFolder, temporaryFolder } from './temp.ts'
