/** Word lists that templates draw from; an entry may be a template itself. All names are invented or everyday words. */
const words = (text: string): readonly string[] => text.trim().split(/\s+/);
const lines = (text: string): readonly string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => line.trim());

export const vocabulary: Readonly<Record<string, readonly string[]>> = {
  first:
    words(`Ada Ben Clara Dmitri Elena Farid Greta Hugo Ines Jonas Kaya Leon Mira Nils Olga Pavel Quinn Rosa Samir Tilda
    Umar Vera Wanda Xenia Yusuf Zoe Amina Bruno Carmen Dario Edith Felix Gina Hanna Ivo Julia Karim Lucia Marek Nora`),
  last: words(`Abbot Berger Castell Dubois Eklund Fischer Garner Holm Ivers Jansen Keller Lindqvist Moreau Novak Okafor Petrov
    Quist Rossi Santos Tanaka Ueda Varga Weiss Xu Young Zeller Adler Brandt Conti Duarte Ferro Grant Hoang Ibsen Kovacs`),
  person: ['‹first›', '‹first› ‹last›'],
  city: words(`Lisbon Bergen Krakow Ghent Porto Leeds Turin Malmo Graz Nantes Bilbao Aarhus Tallinn Split Bremen Utrecht Dresden
    Galway Basel Verona Tampere Lyon Brno Cork Bologna Seville Riga Kassel Ulm Oslo Denver Austin Boston Seattle`),
  company:
    words(`Norwind Calderon Halvorsen Brightfold Lumenar Oakridge Tessera Pinehall Quarzo Solvane Merrow Fernbank Ostara
    Kitewell Vantor Bluemark Harrowgate Delphine Arcadis Copperline`),
  product:
    lines(`desk lamp\ncoffee grinder\nwool blanket\nrain jacket\nhiking boots\nfolding chair\nphone case\nwater bottle
    notebook set\nheadphones\nkeyboard\nmonitor stand\nbackpack\nwall clock\ntea kettle\nbread knife\ndesk fan\nroad bike\nyoga mat
    picture frame\nspice rack\ndoor mat\nwinter gloves\nbedside table`),
  day: words('Monday Tuesday Wednesday Thursday Friday Saturday Sunday'),
  month: words('January February March April May June July August September October November December'),
  when: [
    '‹day›',
    'next ‹day›',
    '‹day› «morning¦afternoon¦evening»',
    'tomorrow',
    'the ‹#28›th of ‹month›',
    '‹month› ‹#28›',
    'next week',
    'tonight',
  ],
  clock: ['‹#12› «am¦pm»', '‹#12›:«00¦15¦30¦45»', 'half past ‹#11›', "‹#12› o'clock", 'noon'],
  food: words(
    `soup bread noodles curry dumplings salad pancakes risotto tacos pie stew omelette pizza ramen cake lentils paella`,
  ),
  animal: words('dog cat parrot hamster horse tortoise rabbit goat ferret canary'),
  relative: words(
    'sister brother mother father aunt uncle cousin daughter son grandmother neighbour colleague flatmate',
  ),
  feeling: words('tired happy worried confused annoyed curious relieved bored excited unsure hopeful stuck'),
  adjective:
    words(`small large old new quiet bright slow quick cheap heavy warm cold narrow simple odd busy empty local careful
    fresh broken steady gentle rough plain`),
  noun: words(`order invoice customer report ticket account payment shipment budget meeting schedule contract message sensor
    project release device product session window garden river bridge market station library kitchen school theatre`),
  plural:
    words(`orders invoices customers reports tickets accounts payments shipments budgets meetings contracts messages sensors
    projects releases devices products sessions tasks users events records items entries jobs backups alerts`),
  verb: words(`check update remove create merge split filter rename archive restore compare export import count sort review
    verify schedule cancel approve publish load store parse render resolve collect send fetch`),
  topic:
    lines(`the budget for next quarter\nthe new office layout\nour holiday rota\nthe supplier contract\nthe release plan
    the training day\nthe customer survey\nthe website redesign\nthe storage costs\nthe hiring plan\nthe safety drill
    the warehouse move\nthe pricing change\nthe onboarding guide\nthe summer party\nthe audit findings\nthe backup policy
    the migration window\nthe incident last night\nthe slow search page\nthe error rate\nthe login problem`),
  field:
    words(`id name email status total amount price quantity city country created_at updated_at category region score weight
    height rating stock owner priority due_date currency discount color size temperature humidity duration distance`),
  table:
    words(`orders customers invoices products payments shipments employees departments tickets sessions events accounts
    devices readings suppliers contracts branches flights courses students rooms bookings reviews stores`),
  dir: words(`/var/log /etc /tmp /home/ada /srv/www ./src ./build . .. ~/Documents ~/projects /opt/app ./data ./scripts /usr/local
    ~/Downloads /mnt/backup ./tests ./dist /var/lib/app`),
  stem: words(`report notes backup config server index main users data output access error summary draft budget results archive
    settings photo schema deploy readme invoice metrics sample input test build release changes`),
  ext: words('txt log csv json yaml md py js ts sh conf xml html css sql gz zip tar bak png'),
  file: ['‹stem›.‹ext›', '‹stem›-‹#99›.‹ext›', '‹stem›_‹#12›.‹ext›', '‹dir›/‹stem›.‹ext›', '‹stem›.‹ext›'],
  host: words(`web01 db-2 cache.internal build.example.org mail.example.com 10.0.4.17 192.168.1.20 gateway node-7 api.example.net
    staging.example.com files.local`),
  url: [
    'https://‹host›/‹stem›',
    'https://api.example.com/v«1¦2»/‹plural›',
    'http://localhost:«3000¦8080¦5000»/‹stem›.‹ext›',
    'https://example.org/‹plural›/‹#900›',
  ],
  service: words(
    'nginx postgres redis sshd docker cron rabbitmq grafana prometheus haproxy memcached mysql kafka vault',
  ),
  image: words(
    'nginx:1.27 postgres:16 redis:7-alpine node:24-slim python:3.12 alpine busybox ubuntu:24.04 myapp:latest api:v2',
  ),
  package:
    words(`express lodash requests numpy pandas vite eslint flask serde tokio typescript pytest rubocop curl jq htop ripgrep
    tmux tree ffmpeg imagemagick`),
  branch: words('main develop feature/login fix/timeout release-2.4 hotfix docs/readme chore/deps experiment'),
  user: words('ada ben root deploy www-data postgres admin guest clara hugo backup ci'),
  word: words(`error warning timeout TODO FIXME failed password invoice total deprecated import export debug success retry 404
    connection refused exception`),
  pid: ['‹#32000›'],
  port: words('22 80 443 3000 5432 6379 8080 8443 9090 27017'),
  language: words('Python JavaScript TypeScript Java Go Rust Ruby PHP Kotlin Swift C++ SQL Bash R'),
  shellword: words(
    'grep find sed awk chmod tar ssh curl rsync git docker make xargs crontab du df kill scp cat ls mv cp rm',
  ),
  sentence: lines(`The ‹noun› is ‹adjective› and must be ‹adjective› again before ‹when›
    Returns the ‹field› of a ‹noun›, or nothing when the ‹noun› is ‹adjective›
    A list of ‹plural› that people in ‹city› ‹verb› every ‹day›
    ‹verb› all ‹plural› whose ‹field› is larger than the given number
    Optional. The ‹adjective› ‹noun› to ‹verb›; by default the first one
    We ‹verb› the ‹plural› first because the ‹noun› may be ‹adjective›
    Could not ‹verb› the ‹noun›: the ‹field› was ‹adjective›
    ‹company› and ‹company› will ‹verb› their ‹plural› in ‹month›
    This ‹noun› was made by ‹person› for ‹topic›
    Which of the ‹plural› belong to ‹person› from ‹city›
    Please ‹verb› the ‹noun› when ‹topic› is settled, says ‹first›
    Started to ‹verb› ‹#900› ‹plural› in ‹#90› seconds, all of them ‹adjective›
    An ‹adjective› ‹noun› with ‹plural›, ‹plural› and more than ‹#40› ‹plural›`),
};
