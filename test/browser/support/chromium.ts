import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const DEBIAN_PATH = '/usr/bin/chromium';

// Root has no sandbox; the rest keeps the browser from calling its maker.
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** Starts the installed Chromium, without a window. The caller closes it. */
export function launchChromium(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM_PATH ?? DEBIAN_PATH;
  if (!existsSync(executablePath)) {
    throw new Error(
      `The browser tests need Chromium, and ${executablePath} does not exist. Install your system's package (Debian: apt install chromium), or set CHROMIUM_PATH to the executable.`,
    );
  }
  return chromium.launch({ executablePath, args: ARGUMENTS });
}
