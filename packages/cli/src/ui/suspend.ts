/** Stops the process group as Ctrl-Z does in a shell. Resolves when it goes on (`fg`), or at once where nobody can stop it. */
export async function suspendProcess(): Promise<void> {
  process.kill(0, 'SIGTSTP')
  // While stopped no timer runs: this one fires after the process has been continued.
  await new Promise((resolve) => {
    setTimeout(resolve, 50)
  })
}
