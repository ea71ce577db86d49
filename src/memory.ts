/** Keeps the process small: V8 would rather let the heap grow than clean it up. Import it before all others. */
import { setFlagsFromString } from 'node:v8';

// Requests leave short-lived garbage, and so does loading the libraries. Left alone, V8 takes half as much memory again
// before it collects. It reads both flags at each collection, so that setting them in a running process is safe.
setFlagsFromString('--heap-growing-percent=20');
setFlagsFromString('--max-semi-space-size=4');
