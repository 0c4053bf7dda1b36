/** Sums of pairs and what follows from them; depends on the multiset of pairs alone (ENGINE rule 4). */
import { DoubleDouble } from '../aggregate/double-double.ts';

export class Moments {
  readonly #x = new DoubleDouble();
  readonly #y = new DoubleDouble();
  readonly #xx = new DoubleDouble();
  readonly #yy = new DoubleDouble();
  readonly #xy = new DoubleDouble();
  n = 0;

  add(x: number, y: number): void {
    this.n++;
    this.#x.add(x);
    this.#y.add(y);
    this.#xx.addProduct(x, x);
    this.#yy.addProduct(y, y);
    this.#xy.addProduct(x, y);
  }

  subtract(x: number, y: number): void {
    this.n--;
    this.#x.subtract(x);
    this.#y.subtract(y);
    this.#xx.subtractProduct(x, x);
    this.#yy.subtractProduct(y, y);
    this.#xy.subtractProduct(x, y);
  }

  get sumX(): number {
    return this.#x.value();
  }
  get sumY(): number {
    return this.#y.value();
  }
  get sumXX(): number {
    return this.#xx.value();
  }
  get sumYY(): number {
    return this.#yy.value();
  }
  get sumXY(): number {
    return this.#xy.value();
  }

  /** Sum of squared distances from the mean. */
  get #squaresX(): number {
    return Math.max(0, this.sumXX - (this.sumX * this.sumX) / this.n);
  }
  get #squaresY(): number {
    return Math.max(0, this.sumYY - (this.sumY * this.sumY) / this.n);
  }
  get #products(): number {
    return this.sumXY - (this.sumX * this.sumY) / this.n;
  }

  get averageX(): number {
    return this.n === 0 ? Number.NaN : this.sumX / this.n;
  }
  get averageY(): number {
    return this.n === 0 ? Number.NaN : this.sumY / this.n;
  }
  /** Of a sample. */
  get varianceX(): number {
    return this.n < 2 ? Number.NaN : this.#squaresX / (this.n - 1);
  }
  get varianceY(): number {
    return this.n < 2 ? Number.NaN : this.#squaresY / (this.n - 1);
  }
  get deviationPopX(): number {
    return this.n < 1 ? Number.NaN : Math.sqrt(this.#squaresX / this.n);
  }
  get deviationPopY(): number {
    return this.n < 1 ? Number.NaN : Math.sqrt(this.#squaresY / this.n);
  }
  get slope(): number {
    if (this.n === 0) return Number.NaN;
    const squares = this.#squaresX;
    return squares === 0 ? Number.NaN : this.#products / squares;
  }
  get intercept(): number {
    const { slope } = this;
    return Number.isNaN(slope) ? Number.NaN : this.averageY - slope * this.averageX;
  }
  get correlation(): number {
    if (this.n === 0) return Number.NaN;
    const scale = Math.sqrt(this.#squaresX * this.#squaresY);
    return scale === 0 ? Number.NaN : this.#products / scale;
  }
}
