/** The state of a client's connection, as people see it. */
export type ConnectionState =
  | { readonly name: 'Disconnected' }
  | { readonly name: 'Connecting' }
  | { readonly name: 'Connected' }
  | { readonly name: 'Error'; readonly message: string }
