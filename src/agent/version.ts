/** Version of the agent, as `getStatus` and the handshake tell it; equal to package.json's (a test compares them). */
export const AGENT_VERSION = '0.1.0';
