#!/usr/bin/env node
/** Entry point: checks the Node version before anything that needs it is loaded. */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `NODE_TOO_OLD: pqa needs Node 22.18 or later, this is ${process.versions.node}; within the project use npm scripts (npm start, npm run -s pqa -- …), which bring their own`,
  );
  process.exit(1);
}

const { runCli } = await import('./cli/program.ts');
process.exitCode = await runCli(process.argv.slice(2));

export {};
