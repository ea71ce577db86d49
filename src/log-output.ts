/** Where log lines go: to standard output, those of one turn of the event loop as one text. */
import { type DestinationStream, destination } from 'pino';

// The destination writes what it holds when the process exits; this listener is there before its own.
const unwritten = new Set<() => void>();
process.on('exit', () => {
  for (const write of unwritten) write();
});

/** Line by line, the destination would measure all that it holds again for each one while a write is under way. */
export function createLogOutput(
  // Lines gather there, too, while a write is under way.
  output: DestinationStream = destination({ sync: false }),
): DestinationStream {
  let lines = '';

  function write(): void {
    unwritten.delete(write);
    const text = lines;
    lines = '';
    if (text !== '') output.write(text);
  }

  return {
    write(line) {
      if (lines === '') {
        unwritten.add(write);
        setImmediate(write);
      }
      lines += line;
    },
  };
}
