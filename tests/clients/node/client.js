// A client with @grpc/grpc-js and messages loaded from proto/ at run time. Calls every method, with the shipped
// dictionaries; the same cases as tests/clients/python/cases.py.
//
// node client.js --server 127.0.0.1:50051 [--proto FOLDER] [--ca FILE [--cert FILE --key FILE]] [--token-file FILE]

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import protobuf from 'protobufjs';

const NOW = 1_795_226_400; // 2026-11-21 10:00 in China
const { FAILED_PRECONDITION, INVALID_ARGUMENT, NOT_FOUND } = grpc.status;

function option(name, otherwise) {
  const at = process.argv.indexOf(name);
  return at > 0 ? process.argv[at + 1] : otherwise;
}

const address = option('--server', '127.0.0.1:50051');
const PROTO = option('--proto', path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../../proto'));

const definition = loader.loadSync(['zhiyi/v1/recognizer.proto', 'zhiyi/v1/dictionary.proto'], {
  includeDirs: [PROTO],
  keepCase: true,
  enums: String,
  longs: Number,
  defaults: true,
  oneofs: true,
});
const { zhiyi } = grpc.loadPackageDefinition(definition);

// google.rpc.Status and BadRequest, which no package here brings.
const rpc = protobuf.parse(`
  syntax = "proto3"; package google.rpc;
  message Any { string type_url = 1; bytes value = 2; }
  message Status { int32 code = 1; string message = 2; repeated Any details = 3; }
  message FieldViolation { string field = 1; string description = 2; }
  message BadRequest { repeated FieldViolation field_violations = 1; }`).root;
const health = protobuf.parse(`
  syntax = "proto3"; package grpc.health.v1;
  message HealthCheckRequest { string service = 1; }
  message HealthCheckResponse { int32 status = 1; }`).root;

// TLS where a certificate authority is named, mutual TLS with a certificate of our own.
const [ca, cert, key, token] = ['--ca', '--cert', '--key', '--token-file'].map((name) => {
  const file = option(name);
  return file ? readFileSync(file) : null;
});
const credentials = ca ? grpc.credentials.createSsl(ca, key, cert) : grpc.credentials.createInsecure();
const authorize = (options, next) => new grpc.InterceptingCall(next(options), {
  start(metadata, listener, start) {
    if (token) metadata.set('authorization', `Bearer ${token.toString().trim()}`);
    start(metadata, listener);
  },
});
const options = { interceptors: [authorize] };
const recognizer = new zhiyi.v1.Recognizer(address, credentials, options);
const dictionary = new zhiyi.v1.Dictionary(address, credentials, options);
const called = new Set();

function call(client, method, request) {
  called.add(method);
  return new Promise((resolve, reject) => {
    const deadline = new Date(Date.now() + 20_000);
    client[method](request, { deadline }, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

const request = (text, fields = {}) => ({ text, reference_time: { seconds: NOW }, ...fields });
const ids = (answer) => answer.intents.map((intent) => intent.id);

async function refused(promise, code, field) {
  const error = await promise.then(() => null, (e) => e);
  assert(error, 'the call was not refused');
  assert.equal(error.code, code);
  const [details] = error.metadata.get('grpc-status-details-bin');
  const status = rpc.lookupType('google.rpc.Status').decode(details);
  const violations = status.details
    .filter((any) => any.typeUrl.endsWith('google.rpc.BadRequest'))
    .flatMap((any) => rpc.lookupType('google.rpc.BadRequest').decode(any.value).fieldViolations);
  assert.deepEqual(violations.map((v) => v.field), [field]);
}

const cases = {
  async recognize() {
    const answer = await call(recognizer, 'Recognize', request('我要值机', { request_id: 'r-1' }));
    assert.deepEqual([answer.outcome, ids(answer), answer.request_id], ['OUTCOME_INCOMPLETE', ['airline.check_in'], 'r-1']);
    assert.equal(answer.dictionary_version.length, 16);
  },

  // JavaScript's strings count UTF-16 units: the spans of the protocol are made for that.
  async recognize_slots_and_spans() {
    const text = '😀帮我查下明天广州飞北京的CZ3102几点起飞';
    const answer = await call(recognizer, 'Recognize', request(text, { explain: true }));
    assert.deepEqual(ids(answer), ['airline.flight_status']);
    const slots = Object.fromEntries(answer.intents[0].slots.map((slot) => [slot.name, slot]));
    assert.equal(slots.flight_no.value, 'CZ3102');
    for (const { span, raw } of Object.values(slots)) {
      assert.equal(text.slice(span.utf16_start, span.utf16_end), raw);
      assert.equal([...text].slice(span.char_start, span.char_end).join(''), raw);
    }
    assert(answer.explanation.tokens.length > 0);
  },

  async not_understanding_is_an_answer() {
    const answer = await call(recognizer, 'Recognize', request('今天天气不错'));
    assert.deepEqual([answer.outcome, ids(answer)], ['OUTCOME_UNRECOGNIZED', []]);
  },

  async recognize_refuses() {
    for (const [bad, code, field] of [
      [request(''), INVALID_ARGUMENT, 'text'],
      [request('我'.repeat(2001)), INVALID_ARGUMENT, 'text'],
      [request('值机', { account: 'nobody' }), NOT_FOUND, 'account'],
      [request('值机', { time_zone: 'Mars/Base' }), INVALID_ARGUMENT, 'time_zone'],
      [request('值机', { request_id: 'x'.repeat(129) }), INVALID_ARGUMENT, 'request_id'],
    ]) {
      await refused(call(recognizer, 'Recognize', bad), code, field);
    }
  },

  async batch_recognize() {
    const requests = [request('我要值机'), request(''), request('格力优惠')];
    const { results } = await call(recognizer, 'BatchRecognize', { requests });
    assert.deepEqual(results.map((r) => r.result), ['response', 'error', 'response']);
    assert.equal(results[1].error.field, 'text');
    assert.deepEqual(ids(results[2].response), ['retail.promotion_query']);
  },

  async batch_recognize_refuses() {
    for (const requests of [[], Array(1001).fill(request('值机'))]) {
      await refused(call(recognizer, 'BatchRecognize', { requests }), INVALID_ARGUMENT, 'requests');
    }
  },

  async stream_recognize() {
    called.add('StreamRecognize');
    const stream = recognizer.StreamRecognize({ deadline: new Date(Date.now() + 20_000) });
    const texts = ['我要值机', '', '格力优惠', '今天天气不错'];
    texts.forEach((text, n) => stream.write({ request: request(text, { request_id: String(n) }) }));
    stream.end();
    const results = [];
    for await (const answer of stream) results.push(answer.result);
    assert.deepEqual(results.map((r) => r.result), ['response', 'error', 'response', 'response']);
    assert.deepEqual(results.map((r) => r[r.result].request_id), ['0', '1', '2', '3']);
  },

  async moderate() {
    const answer = await call(recognizer, 'Moderate', { text: '您好，已经发货', request_id: 'm' });
    assert.deepEqual([answer.masked_text, answer.blocked, answer.request_id], ['您好，已经发货', false, 'm']);
    await refused(call(recognizer, 'Moderate', { text: '' }), INVALID_ARGUMENT, 'text');
    await refused(call(recognizer, 'Moderate', { text: '你好', account: 'nobody' }), NOT_FOUND, 'account');
  },

  async get_status() {
    const status = await call(dictionary, 'GetStatus', {});
    assert.deepEqual([status.version.length, status.last_fault], [16, '']);
    assert(status.packs > 0 && status.accounts > 0 && status.intents > 0 && status.phrases > 0 && status.terms > 0);
  },

  async list_accounts() {
    const { accounts } = await call(dictionary, 'ListAccounts', {});
    assert.deepEqual(accounts.filter((a) => a.default_account).map((a) => a.id), ['demo']);
  },

  async list_intents() {
    const everything = await call(dictionary, 'ListIntents', {});
    const csair = await call(dictionary, 'ListIntents', { account: 'csair' });
    assert(csair.intents.some((i) => i.id === 'airline.check_in'));
    assert(csair.intents.length < everything.intents.length);
    await refused(call(dictionary, 'ListIntents', { account: 'nobody' }), NOT_FOUND, 'account');
  },

  async reload() {
    const { version } = await call(dictionary, 'GetStatus', {});
    const answer = await call(dictionary, 'Reload', {});
    assert.deepEqual([answer.version, answer.changed], [version, false]);
  },

  async versions() {
    const { version } = await call(dictionary, 'GetStatus', {});
    const { versions } = await call(dictionary, 'ListVersions', {});
    assert.deepEqual(versions.filter((v) => v.active).map((v) => v.version), [version]);
    const answer = await call(dictionary, 'Activate', { version });
    assert.deepEqual([answer.version, answer.changed], [version, false]);
    await refused(call(dictionary, 'Activate', { version: '0123456789abcdef' }), NOT_FOUND, 'version');
    const nothing = await call(dictionary, 'Rollback', {}).then(() => null, (e) => e);
    assert.equal(nothing?.code, FAILED_PRECONDITION, 'no version served before');
  },

  async shadow() {
    const { version } = await call(dictionary, 'GetStatus', {});
    assert.equal((await call(dictionary, 'SetShadow', { version })).version, version);
    await call(recognizer, 'Recognize', request('我要值机'));
    const told = await call(dictionary, 'GetShadow', {});
    assert.deepEqual([told.version, Number(told.different)], [version, 0]);
    assert.equal((await call(dictionary, 'SetShadow', {})).version, '');
    assert.equal((await call(dictionary, 'GetShadow', {})).version, '');
  },

  async health() {
    const type = (name) => health.lookupType(`grpc.health.v1.${name}`);
    const client = new grpc.Client(address, credentials, options);
    for (const service of ['', 'zhiyi.v1.Recognizer', 'zhiyi.v1.Dictionary']) {
      const answer = await new Promise((resolve, reject) => {
        client.makeUnaryRequest(
          '/grpc.health.v1.Health/Check',
          (message) => Buffer.from(type('HealthCheckRequest').encode(message).finish()),
          (bytes) => type('HealthCheckResponse').decode(bytes),
          { service },
          { deadline: new Date(Date.now() + 20_000) },
          (error, value) => (error ? reject(error) : resolve(value)),
        );
      });
      assert.equal(answer.status, 1, service);
    }
    client.close();
  },

  async every_method_is_called() {
    const methods = [zhiyi.v1.Recognizer, zhiyi.v1.Dictionary].flatMap((s) => Object.keys(s.service));
    assert.deepEqual([...called].sort(), methods.sort());
  },
};

let [passed, failed] = [0, 0];
for (const [name, run] of Object.entries(cases)) {
  try {
    await run();
    passed += 1;
    console.log(`ok     ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED ${name}\n${error.stack ?? error}`);
  }
}
recognizer.close();
dictionary.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);
