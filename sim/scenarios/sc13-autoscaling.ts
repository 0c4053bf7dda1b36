/**
 * The paper's use case (SC13): a workflow runs over a virtual HTCondor pool. The queue's length is measured where the pool's
 * master runs, the workers where they are provisioned; a controller in a third domain is told when the queue has been long
 * for a while, or empty, and the pool grows or shrinks.
 */
import type { ScenarioDeclaration } from './scenario.ts';
import { ask, USUAL } from './usual.ts';

export const SC13_AUTOSCALING: ScenarioDeclaration = {
  name: 'sc13-autoscaling',
  title: 'SC13: idle jobs grow and shrink a pool (closed loop)',
  declare: () => ({
    ...USUAL,
    domains: ['master', 'site', 'control'],
    metrics: [
      { name: 'IdleJobs', properties: { idle: 'int', running: 'int' } },
      { name: 'Pool', properties: { workers: 'int', provisioning: 'int' } },
    ],
    generators: [],
    pool: {
      queueDomain: 'master',
      queueMetric: 'IdleJobs',
      poolDomain: 'site',
      poolMetric: 'Pool',
      measureEveryMs: 200,
      jobsPerSecond: 4,
      jobMs: 2_000,
      firstWorkers: 2,
      mostWorkers: 12,
      provisionMs: 1_500,
      growOn: 'grow',
      shrinkOn: 'shrink',
    },
    queries: [
      ask(
        'grow',
        'control',
        `select q.idle as idle, p.workers as workers
           from master.IdleJobs(idle > 4) as q unidirectional, site.Pool(provisioning = 0)#lastevent as p
          where p.workers < 12`,
      ),
      ask('shrink', 'control', 'select count(*) as n from master.IdleJobs(idle = 0)#time(3 sec) having count(*) >= 15'),
      ask('busy', 'control', 'select avg(idle) as idle from master.IdleJobs#time(5 sec) output last every 1 sec'),
    ],
    durationMs: 60_000,
  }),
};
