/**
 * The loop of SC13: jobs wait in a queue, workers of a pool take them, a provisioner adds a worker when it is told that the
 * queue is long and takes one away when it is told that it is empty. What it is told are triggers, nothing else.
 */
import type { SimPool } from '../scenarios/scenario.ts';
import type { SeededRandom } from '../world/seeded-random.ts';

export interface PoolWorld {
  after(delayMs: number, task: () => void): void;
  measure(domain: string, metric: string, values: Readonly<Record<string, number>>): void;
  readonly nowMs: number;
}

export class WorkerPool {
  readonly #pool: SimPool;
  readonly #world: PoolWorld;
  readonly #random: SeededRandom;
  readonly #untilMs: number;
  #idleJobs = 0;
  #workers: number;
  #busy = 0;
  #provisioning = 0;
  /** For the report: how far the loop went. */
  mostWorkersSeen: number;

  constructor(pool: SimPool, world: PoolWorld, random: SeededRandom, untilMs: number) {
    this.#pool = pool;
    this.#world = world;
    this.#random = random;
    this.#untilMs = untilMs;
    this.#workers = pool.firstWorkers;
    this.mostWorkersSeen = pool.firstWorkers;
  }

  start(): void {
    this.#arrive();
    this.#measure();
  }

  onTrigger(query: string): void {
    const { growOn, shrinkOn, mostWorkers, firstWorkers, provisionMs } = this.#pool;
    if (query === growOn && this.#workers + this.#provisioning < mostWorkers) {
      this.#provisioning++;
      this.#world.after(provisionMs, () => {
        this.#provisioning--;
        this.#workers++;
        this.mostWorkersSeen = Math.max(this.mostWorkersSeen, this.#workers);
        this.#work();
      });
    }
    if (query === shrinkOn && this.#workers > firstWorkers) this.#workers--;
  }

  #arrive(): void {
    if (this.#world.nowMs >= this.#untilMs) return;
    this.#idleJobs++;
    this.#work();
    this.#world.after((1000 / this.#pool.jobsPerSecond) * (0.5 + this.#random.next()), () => this.#arrive());
  }

  #work(): void {
    while (this.#idleJobs > 0 && this.#busy < this.#workers) {
      this.#idleJobs--;
      this.#busy++;
      this.#world.after(this.#pool.jobMs * (0.5 + this.#random.next()), () => {
        this.#busy--;
        this.#work();
      });
    }
  }

  #measure(): void {
    if (this.#world.nowMs >= this.#untilMs) return;
    const { queueDomain, queueMetric, poolDomain, poolMetric, measureEveryMs } = this.#pool;
    this.#world.measure(queueDomain, queueMetric, { idle: this.#idleJobs, running: this.#busy });
    this.#world.measure(poolDomain, poolMetric, { workers: this.#workers, provisioning: this.#provisioning });
    this.#world.after(measureEveryMs, () => this.#measure());
  }
}
