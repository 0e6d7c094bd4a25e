import { words } from './code-names.ts';
import type { Draw } from './draw.ts';

const file = (draw: Draw, ext: string): string =>
  draw.phrase(`«src¦lib¦app¦/srv/app¦/home/‹user›/‹stem›»/‹noun›_‹stem›.${ext}`);
const pascal = (draw: Draw): string =>
  words([draw.phrase('‹noun›'), draw.phrase('«service¦handler¦controller¦store¦parser¦client»')], 'pascal');
const method = (draw: Draw, style: 'camel' | 'snake' | 'pascal' = 'camel'): string =>
  words([draw.phrase('‹verb›'), draw.phrase('‹noun›')], style);

/** What a program says when it breaks, by the language it was written in. */
export const traces: Readonly<Record<string, (draw: Draw) => string>> = {
  stacktrace_python: (draw) => {
    const frames = draw.list(draw.int(1, 4), () => {
      const head = `  File "${file(draw, 'py')}", line ${draw.int(3, 900)}, in ${method(draw, 'snake')}`;
      return draw.chance(0.8)
        ? `${head}\n    ${draw.phrase('«‹noun› = ‹verb›(‹plural›)¦return ‹noun›["‹field›"]¦‹verb›_‹noun›(‹field›=‹#90›)»')}`
        : head;
    });
    const error = draw.phrase(
      `«KeyError: '‹field›'¦ValueError: invalid ‹noun› ‹#90›¦TypeError: unsupported operand type(s) for +: 'int' and 'str'¦AttributeError: 'NoneType' object has no attribute '‹field›'¦FileNotFoundError: [Errno 2] No such file or directory: '‹file›'¦ZeroDivisionError: division by zero¦RuntimeError: ‹sentence›¦IndexError: list index out of range¦requests.exceptions.ConnectionError: ‹host›:‹port› refused»`,
    );
    return ['Traceback (most recent call last):', ...frames, error].join('\n');
  },
  stacktrace_java: (draw) => {
    const frame = (): string =>
      `\tat com.example.${draw.phrase('‹stem›')}.${pascal(draw)}.${method(draw)}(${draw.chance(0.9) ? `${pascal(draw)}.java:${draw.int(5, 900)}` : 'Native Method'})`;
    const error = draw.phrase(
      '«java.lang.NullPointerException: ‹noun› is null¦java.lang.IllegalStateException: the ‹noun› is ‹adjective›¦java.io.IOException: Broken pipe¦java.lang.IllegalArgumentException: ‹sentence›¦java.lang.ArrayIndexOutOfBoundsException: Index ‹#9› out of bounds for length ‹#9›¦java.util.NoSuchElementException: No value for ‹field›¦java.sql.SQLException: ‹table›.‹field› cannot be null¦com.example.‹stem›.NotFoundException: ‹noun› ‹#900›»',
    );
    const cause = draw.chance(0.3)
      ? [
          `Caused by: ${draw.phrase('java.lang.RuntimeException: ‹word› in ‹noun›')}`,
          ...draw.list(2, frame),
          `\t... ${draw.int(2, 40)} more`,
        ]
      : [];
    return [
      draw.chance(0.5) ? `Exception in thread "main" ${error}` : error,
      ...draw.list(draw.int(2, 6), frame),
      ...cause,
    ].join('\n');
  },
  stacktrace_js: (draw) => {
    const frame = (): string =>
      draw.pick([
        `    at ${method(draw)} (${file(draw, 'js')}:${draw.int(1, 900)}:${draw.int(1, 60)})`,
        `    at async ${pascal(draw)}.${method(draw)} (file://${file(draw, 'ts')}:${draw.int(1, 900)}:${draw.int(1, 60)})`,
        '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
        `    at ${file(draw, 'js')}:${draw.int(1, 900)}:${draw.int(1, 60)}`,
      ]);
    const error = draw.phrase(
      "«TypeError: Cannot read properties of undefined (reading '‹field›')¦ReferenceError: ‹noun› is not defined¦Error: connect ECONNREFUSED 127.0.0.1:‹port›¦SyntaxError: Unexpected token < in JSON at position ‹#90›¦RangeError: Maximum call stack size exceeded¦Error: could not ‹verb› the ‹noun›¦Error: ‹sentence›¦TypeError: ‹plural›.‹verb› is not a function»",
    );
    return [draw.chance(0.2) ? `Uncaught ${error}` : error, ...draw.list(draw.int(2, 6), frame)].join('\n');
  },
  stacktrace_go: (draw) =>
    [
      draw.phrase(
        'panic: «runtime error: index out of range [‹#90›] with length ‹#9›¦runtime error: invalid memory address or nil pointer dereference¦could not ‹verb› ‹noun›»',
      ),
      '',
      `goroutine ${draw.int(1, 90)} [running]:`,
      ...draw.list(
        draw.int(1, 4),
        () =>
          `main.${method(draw)}(0x${draw.hex(10)}, 0x${draw.hex(2)})\n\t${file(draw, 'go')}:${draw.int(5, 500)} +0x${draw.hex(2)}`,
      ),
      'exit status 2',
    ].join('\n'),
  stacktrace_rust: (draw) =>
    [
      `thread 'main' panicked at ${file(draw, 'rs')}:${draw.int(3, 500)}:${draw.int(1, 50)}:`,
      draw.phrase(
        '«called `Option::unwrap()` on a `None` value¦index out of bounds: the len is ‹#9› but the index is ‹#90›¦attempt to divide by zero¦‹noun› not found»',
      ),
      'stack backtrace:',
      ...draw.list(
        draw.int(2, 5),
        (n) =>
          `  ${n}: ${draw.phrase('‹stem›::‹noun›::‹verb›')}\n             at ${file(draw, 'rs')}:${draw.int(3, 500)}`,
      ),
    ].join('\n'),
  stacktrace_csharp: (draw) =>
    [
      draw.phrase(
        '«Unhandled exception. ¦»System.«NullReferenceException: Object reference not set to an instance of an object.¦InvalidOperationException: The ‹noun› is ‹adjective›.¦ArgumentException: bad ‹field›»',
      ),
      ...draw.list(
        draw.int(2, 5),
        () =>
          `   at Shop.${pascal(draw)}.${method(draw, 'pascal')}(Int32 id) in ${file(draw, 'cs')}:line ${draw.int(5, 600)}`,
      ),
    ].join('\n'),
  stacktrace_ruby: (draw) => {
    const [first = '', ...rest] = draw.list(
      draw.int(2, 5),
      () => `${file(draw, 'rb')}:${draw.int(2, 400)}:in \`${method(draw, 'snake')}'`,
    );
    return [
      `${first}: ${draw.phrase("«undefined method `‹field›' for nil:NilClass (NoMethodError)¦divided by 0 (ZeroDivisionError)¦key not found: :‹field› (KeyError)»")}`,
      ...rest.map((line) => `\tfrom ${line}`),
    ].join('\n');
  },
  stacktrace_php: (draw) =>
    [
      `PHP Fatal error:  Uncaught ${draw.phrase('«TypeError: Unsupported operand types: string + int¦Exception: ‹noun› is ‹adjective›¦Error: Call to undefined method ‹noun›::‹verb›()»')} in ${file(draw, 'php')}:${draw.int(3, 400)}`,
      'Stack trace:',
      ...draw.list(
        draw.int(1, 4),
        (n) => `#${n} ${file(draw, 'php')}(${draw.int(3, 400)}): ${pascal(draw)}->${method(draw)}()`,
      ),
      '#9 {main}',
      '  thrown',
    ].join('\n'),
};
