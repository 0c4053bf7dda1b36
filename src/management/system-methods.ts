/**
 * Introspection (http://xmlrpc-c.sourceforge.net/introspection.html), `system.multicall` and `system.getCapabilities`,
 * and the one way in which any method is called.
 */
import { CodedError, toCodedError } from '../model/errors.ts';
import { hintNames } from '../model/nearest-name.ts';
import type { Method } from './methods.ts';
import { checkCount, readList, readName, readOptions, readStruct } from './parameters.ts';
import type { Caller } from './target.ts';
import { faultStruct, type XmlRpcValue } from './xml-rpc-codec.ts';

/** Calls in one `system.multicall`. */
export const MAX_MULTICALL = 1_000;

/** The methods by name, callable. */
export class MethodTable {
  readonly #methods: ReadonlyMap<string, Method>;

  constructor(methods: readonly Method[]) {
    const all = [...methods, ...this.#systemMethods()];
    this.#methods = new Map(all.map((method) => [method.name, method]));
  }

  names(): readonly string[] {
    return [...this.#methods.keys()].toSorted();
  }

  /** Rejects with a {@link CodedError} only: `UNKNOWN_METHOD`, or whatever the method throws; bugs become `INTERNAL`. */
  async call(name: string, params: readonly XmlRpcValue[], caller: Caller): Promise<XmlRpcValue> {
    try {
      return await this.#method(name).call(params, caller);
    } catch (error) {
      throw toCodedError(error);
    }
  }

  #method(name: string): Method {
    const method = this.#methods.get(name);
    if (method === undefined) {
      throw new CodedError('UNKNOWN_METHOD', `there is no method '${name.slice(0, 80)}'`, {
        hint: hintNames(name, this.names(), 'methods'),
      });
    }
    return method;
  }

  #systemMethods(): readonly Method[] {
    return [
      {
        name: 'system.listMethods',
        signatures: [['array']],
        help: 'system.listMethods()\nNames of all methods.',
        call: (params) => {
          checkCount(params, 0, 0, 'system.listMethods()');
          return Promise.resolve(this.names());
        },
      },
      {
        name: 'system.methodHelp',
        signatures: [['string', 'string']],
        help: 'system.methodHelp(name)\nWhat a method does, takes and gives.',
        call: (params) => {
          checkCount(params, 1, 1, 'system.methodHelp(name)');
          return Promise.resolve(this.#method(readName(params[0], 'parameter 1 (name)')).help);
        },
      },
      {
        name: 'system.methodSignature',
        signatures: [['array', 'string']],
        help: 'system.methodSignature(name)\nAll signatures of a method: [[answer, parameter, ...], ...].',
        call: (params) => {
          checkCount(params, 1, 1, 'system.methodSignature(name)');
          return Promise.resolve(this.#method(readName(params[0], 'parameter 1 (name)')).signatures);
        },
      },
      {
        name: 'system.multicall',
        signatures: [['array', 'array']],
        help: `system.multicall([{methodName, params}, ...])
Calls one after the other, at most ${MAX_MULTICALL}: per call [answer], or {faultCode, faultString}.`,
        call: (params, caller) => this.#multicall(params, caller),
      },
      {
        name: 'system.getCapabilities',
        signatures: [['struct']],
        help: 'system.getCapabilities()\nExtensions spoken here: {name: {specUrl, specVersion}, ...}.',
        call: (params) => {
          checkCount(params, 0, 0, 'system.getCapabilities()');
          return Promise.resolve(CAPABILITIES);
        },
      },
    ];
  }

  async #multicall(params: readonly XmlRpcValue[], caller: Caller): Promise<XmlRpcValue> {
    checkCount(params, 1, 1, 'system.multicall([{methodName, params}, ...])');
    const answers: XmlRpcValue[] = [];
    for (const [i, item] of readList(params[0], 'parameter 1 (calls)', MAX_MULTICALL).entries()) {
      try {
        const call = readOptions(readStruct(item, `calls[${i}]`), `calls[${i}]`, ['methodName', 'params']);
        const name = readName(call['methodName'], `calls[${i}].methodName`);
        if (name === 'system.multicall') {
          throw new CodedError('INVALID_PARAMETERS', `calls[${i}] is a system.multicall within another`);
        }
        const inner = readList(call['params'] ?? [], `calls[${i}].params`, Infinity);
        // One after the other: a later call may depend on what an earlier one did.
        // oxlint-disable-next-line no-await-in-loop
        answers.push([await this.call(name, inner, caller)]);
      } catch (error) {
        answers.push(faultStruct(toCodedError(error)));
      }
    }
    return answers;
  }
}

const CAPABILITIES: XmlRpcValue = {
  xmlrpc: { specUrl: 'http://xmlrpc.com/spec.md', specVersion: 1 },
  introspection: { specUrl: 'http://xmlrpc-c.sourceforge.net/introspection.html', specVersion: 1 },
  'system.multicall': { specUrl: 'http://mirrors.talideon.com/articles/multicall.html', specVersion: 1 },
  nil: { specUrl: 'http://ontosys.com/xml-rpc/extensions.php', specVersion: 1 },
  i8: { specUrl: 'http://ws.apache.org/xmlrpc/types.html', specVersion: 1 },
};
