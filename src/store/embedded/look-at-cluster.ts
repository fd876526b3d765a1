/** What is in a data folder, for whoever only looks: nothing is made, started or put right. */
import { existsSync } from 'node:fs';
import { installedMajor } from './postgres-binaries.ts';
import { filesIn, refuseOtherVersion, serverAtWork } from './postgres-cluster.ts';
import { findOwner, urlOf } from './postgres-owner.ts';

export type Sighting = { major: number } & (
  | { state: 'absent' | 'stopped' }
  /** `owner`: process id of its Trunkline; null when that one was killed. */
  | { state: 'running'; url: string; owner: number | null }
);

/** @throws {StartupRefused} when a start could not work with what is there. */
export async function lookAtCluster(dataDir: string): Promise<Sighting> {
  const files = filesIn(dataDir);
  const major = installedMajor();
  if (!existsSync(files.home)) return { state: 'absent', major };
  refuseOtherVersion(files, major);
  const server = serverAtWork(files);
  if (server === null) return { state: 'stopped', major };
  return { state: 'running', major, url: urlOf(files, server.port), owner: await findOwner(files, server) };
}
