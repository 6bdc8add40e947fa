// The real program with a small demo shop in a directory of its own.

import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const START_MS = 120_000;
const STOP_MS = 15_000;
const run = promisify(execFile);

export class Program {
  /** Starts `souk demo` and waits for the address of its page. */
  static async start(souk) {
    // What the living shop sells must not change the warehouse while its figures are compared.
    return Program.#run(souk, ['demo', '--no-open', '--size', 'small', '--set', 'stream.lake_interval=1h']);
  }

  /** Starts `souk up` without any data. */
  static async empty(souk, settings) {
    return Program.#run(souk, ['up', ...settings.flatMap((setting) => ['--set', setting])]);
  }

  static async #run(souk, verb) {
    const program = new Program();
    program.souk = souk;
    program.directory = mkdtempSync(join(tmpdir(), 'souk-browser-'));
    program.data = join(program.directory, 'souk-data');
    const words = [...verb, '--set', 'web.port=0', '--set', 'broker.port=0', '--data-dir', program.data];
    program.process = spawn(souk, words, { cwd: program.directory, stdio: ['ignore', 'pipe', 'pipe'] });
    try {
      program.address = await program.#address();
      program.shop = await (await fetch(`${program.address}/api/shop`)).json();
    } catch (error) {
      await program.stop();
      throw error;
    }
    return program;
  }

  /** The rows of a report as `souk report --format json` prints them. */
  async report(name, flags = []) {
    const words = ['report', name, ...flags, '--format', 'json', '--data-dir', this.data];
    const { stdout } = await run(this.souk, words, { cwd: this.directory, maxBuffer: 1 << 26 });
    const answer = JSON.parse(stdout);
    const rows = Array.isArray(answer) ? answer : answer.rows;
    const names = answer.columns?.map((column) => column.name ?? column);
    return rows.map((row) =>
      Array.isArray(row) ? Object.fromEntries(names.map((each, index) => [each, row[index]])) : row,
    );
  }

  /** The records of a topic, each with its `value` read as JSON. */
  async topic(name) {
    const words = ['consume', name, '--from', 'beginning', '--format', 'json', '--data-dir', this.data];
    const { stdout } = await run(this.souk, words, { cwd: this.directory, maxBuffer: 1 << 26 });
    const records = stdout.split('\n').filter(Boolean).map((line) => JSON.parse(line));
    return records.map((record) => ({ ...record, value: JSON.parse(record.value) }));
  }

  /** Writes a record into a topic; it is acknowledged when this returns. */
  async produce(topic, record) {
    const file = join(this.directory, 'record.json');
    writeFileSync(file, `${JSON.stringify(record)}\n`);
    await run(this.souk, ['produce', topic, file, '--data-dir', this.data], { cwd: this.directory });
  }

  async stop() {
    if (this.process.exitCode === null) {
      const ended = new Promise((resolve) => this.process.once('exit', resolve));
      this.process.kill('SIGTERM');
      const late = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
      await ended;
      clearTimeout(late);
    }
    rmSync(this.directory, { recursive: true, force: true });
  }

  #address() {
    return new Promise((resolve, reject) => {
      const said = [];
      const late = setTimeout(
        () => reject(new Error(`souk demo gave no address in ${START_MS / 1000} s:\n${said.join('\n')}`)),
        START_MS,
      );
      const hear = (line) => {
        said.push(line);
        const found = line.match(/http:\/\/[\w.:[\]-]+/)?.[0];
        if (!found) return;
        clearTimeout(late);
        resolve(found);
      };
      createInterface({ input: this.process.stdout }).on('line', hear);
      createInterface({ input: this.process.stderr }).on('line', (line) => said.push(line));
      this.process.once('exit', (code) => {
        clearTimeout(late);
        reject(new Error(`souk demo ended with ${code}:\n${said.join('\n')}`));
      });
    });
  }
}
