/** Preloaded into a peer: SIGUSR2 starts the recording of a CPU profile, and writes it to PROFILE_FILE the next time. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const INTERVAL_US = 200;

const session = new Session();
let isRecording = false;

process.on('SIGUSR2', async () => {
  if (isRecording) {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(process.env.PROFILE_FILE ?? 'profile.cpuprofile', JSON.stringify(profile));
    return;
  }
  isRecording = true;
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
});
