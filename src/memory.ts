/** Keeps the heap small: V8 would rather let it grow than clean it up. Import it before all others. */
import { setFlagsFromString } from 'node:v8';

// Requests leave short-lived garbage. V8 reads this at each collection, so that setting it in a running process is safe;
// the size of its young generation can only be given when the process starts, as `npm start` does.
setFlagsFromString('--heap-growing-percent=20');
