import type { Draw } from './draw.ts';

const two = (draw: Draw, high: number): string => String(draw.int(0, high)).padStart(2, '0');
const message =
  '«‹sentence›¦‹sentence› ‹noun›_‹#900›_‹#90›¦‹plural› = ‹#90›, ‹field› = ‹#900›, ‹field› = ‹#30›¦‹stem›.‹noun›: ‹sentence›¦‹verb› of ‹noun› ‹#900› «failed¦done¦started¦timed out» «after ‹#9000› ms¦»¦connection from ‹host›:‹pid› «closed¦accepted¦refused»¦‹noun› "‹adjective›" not found in ‹table›¦user ‹user› logged «in¦out» from 10.0.‹#250›.‹#250›¦retry ‹#5› of 5 for ‹url›¦loaded ‹#9000› ‹plural› from ‹file›¦disk ‹dir› at ‹#100›%¦cache miss for ‹noun›:‹#9000›¦could not ‹verb› ‹plural›: ‹word›¦took ‹#900›ms, ‹#90› ‹plural›»';

function stamp(draw: Draw): { iso: string; plain: string; syslog: string; apache: string; epoch: string } {
  const [month, day] = [String(draw.int(1, 12)).padStart(2, '0'), String(draw.int(1, 28)).padStart(2, '0')];
  const time = `${two(draw, 23)}:${two(draw, 59)}:${two(draw, 59)}`;
  const name = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][Number(month) - 1];
  return {
    iso: `2026-${month}-${day}T${time}.${draw.int(100, 999)}Z`,
    plain: `2026-${month}-${day} ${time},${draw.int(100, 999)}`,
    syslog: `${name} ${Number(day)} ${time}`,
    apache: `${day}/${name}/2026:${time} +0000`,
    epoch: String(draw.int(1_760_000_000, 1_790_000_000)),
  };
}

type LogLine = (draw: Draw) => string;
const level = (draw: Draw): string => draw.pick(['INFO', 'WARN', 'ERROR', 'DEBUG', 'TRACE', 'FATAL']);

const formats: readonly LogLine[] = [
  (draw) =>
    `${stamp(draw).plain} ${level(draw)} [${draw.phrase('«main¦worker-‹#9›¦http-‹#20›»')}] ${draw.phrase(`com.example.‹noun›.‹stem› - ${message}`)}`,
  (draw) => `${stamp(draw).iso} ${level(draw).toLowerCase()} ${draw.phrase(`‹service›: ${message}`)}`,
  (draw) => `${stamp(draw).syslog} ${draw.phrase(`‹host› ‹service›[‹pid›]: ${message}`)}`,
  (draw) =>
    `10.0.${draw.int(0, 255)}.${draw.int(1, 254)} - ${draw.phrase('«-¦‹user›»')} [${stamp(draw).apache}] "${draw.pick(['GET', 'POST', 'PUT', 'DELETE'])} /${draw.phrase('‹plural›/‹#900›')} HTTP/1.1" ${draw.pick([200, 201, 301, 404, 500, 503])} ${draw.int(100, 90_000)} "-" "${draw.phrase('«Mozilla/5.0¦curl/8.‹#9›¦bot/1.0»')}"`,
  (draw) =>
    JSON.stringify({
      level: level(draw).toLowerCase(),
      time: stamp(draw).iso,
      msg: draw.phrase(message),
      service: draw.phrase('‹service›'),
    }),
  (draw) =>
    `time=${stamp(draw).iso} level=${level(draw).toLowerCase()} msg="${draw.phrase(message).replaceAll('"', "'")}" ${draw.phrase('‹field›=‹#900›')}`,
  (draw) => `[${stamp(draw).plain}] ${draw.phrase('‹stem›')}.${level(draw)}: ${draw.phrase(message)} []`,
  (draw) =>
    `${level(draw).charAt(0)}${draw.int(1000, 1231)} ${two(draw, 23)}:${two(draw, 59)}:${two(draw, 59)}.${draw.int(100_000, 999_999)} ${draw.int(1, 999)} ${draw.phrase(`‹stem›.go:‹#900›] ${message}`)}`,
  (draw) =>
    `[${String(draw.int(1, 99_999)).padStart(5)}.${draw.int(100_000, 999_999)}] ${draw.phrase('«usb‹#4›¦eth0¦ext4-fs¦cpu‹#8›¦nvme0n1»')}: ${draw.phrase(message)}`,
  (draw) =>
    `${stamp(draw).plain.slice(0, 19)} UTC [${draw.int(100, 9999)}] ${draw.pick(['LOG', 'ERROR', 'STATEMENT', 'HINT', 'FATAL'])}:  ${draw.phrase(message)}`,
  (draw) =>
    `${stamp(draw).epoch}.${draw.int(100, 999)} ${draw.int(1, 400)} 10.0.0.${draw.int(1, 254)} TCP_${draw.pick(['MISS', 'HIT'])}/200 ${draw.int(100, 9000)} GET ${draw.phrase('‹url›')}`,
  (draw) => `<${draw.int(10, 190)}>1 ${stamp(draw).iso} ${draw.phrase(`‹host› ‹service› ‹pid› - - ${message}`)}`,
  (draw) => `${level(draw)}:${draw.phrase('‹stem›.‹noun›')}:${draw.phrase(message)}`,
  (draw) =>
    `- ${stamp(draw).epoch} 2026.0${draw.int(1, 9)}.1${draw.int(0, 9)} ${draw.phrase('R‹#60›-M0-N‹#9›-C')} RAS KERNEL ${level(draw)} ${draw.phrase(message)}`,
  (draw) =>
    `${stamp(draw).plain.slice(0, 10).replaceAll('-', '/')} ${two(draw, 23)}:${two(draw, 59)}:${two(draw, 59)} ${draw.phrase(`[‹word›] ${draw.int(100, 9999)}#0: *${draw.int(1, 999)} ${message}`)}`,
  (draw) =>
    `${stamp(draw).plain.slice(2, 19).replaceAll('-', '/')} ${level(draw)} ${draw.phrase(`‹stem›.‹noun›: ${message}`)}`,
  (draw) =>
    `${stamp(draw).plain.slice(0, 19)}, ${draw.pick(['Info', 'Error', 'Warning'])}${' '.repeat(draw.int(4, 18))}${draw.phrase(`«SVC¦UPD¦NET¦DSK»    ${message}`)}`,
  (draw) =>
    `${draw.int(100_000, 999_999)} ${draw.int(100_000, 235_959)} ${draw.int(1, 99)} ${level(draw)} ${draw.phrase(`‹stem›.‹noun›$‹noun›: ${message}`)}`,
  (draw) =>
    `${draw.int(1000, 999_999)} ${draw.phrase('node-‹#300› ‹noun› «start¦stop¦error¦state change»')} ${stamp(draw).epoch} ${draw.int(0, 9)} ${draw.phrase(message)}`,
  (draw) =>
    `[${draw.phrase('‹day›').slice(0, 3)} ${stamp(draw).syslog} 2026] [${level(draw).toLowerCase()}] ${draw.phrase(message)}`,
  (draw) =>
    `${stamp(draw).syslog.slice(-8)}.${draw.int(100, 999)} ${draw.phrase(`‹pid› ‹#900› «I¦D¦W¦E» ‹stem›: ${message}`)}`,
  (draw) => `[${stamp(draw).syslog.slice(-8)}] ${draw.phrase(`‹stem›.exe - ‹host›:‹port› ${message}`)}`,
];

/** One to eight lines of one program's log. */
export function log(draw: Draw): string {
  const format = draw.pick(formats);
  return draw.list(draw.chance(0.35) ? 1 : draw.int(2, 8), () => format(draw)).join('\n');
}
