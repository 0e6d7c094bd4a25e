import type { Draw } from './draw.ts';

const shell = `
ls «-la¦-l¦-lh¦-a¦-1¦-lt¦» ‹dir›
cd ‹dir› && «ls -la¦make¦git status¦npm ci¦./‹stem›.sh»
cp «-r¦-a¦-v¦» ‹file› ‹dir›
mv ‹file› ‹file›
rm «-f¦-rf¦-i¦-v» ‹file›
mkdir -p ‹dir›/‹stem›/‹plural›
touch ‹file›
cat ‹file› | «head -n ‹#50›¦tail -n ‹#50›¦wc -l¦sort | uniq -c¦grep -c ‹word›»
cat ‹file›
grep «-r¦-rn¦-i¦-l¦-c¦-v¦-rni» "‹word›" ‹dir›
grep -E '^(‹word›|‹word›)' ‹file› «| wc -l¦| sort -u¦| head¦»
find ‹dir› -name "*.‹ext›" «-delete¦-print¦-type f¦-mtime +‹#60›¦-size +‹#500›M¦-exec gzip {} \\;¦| xargs grep -l ‹word›¦»
find ‹dir› -type «f¦d» «-empty¦-newer ‹file›¦-user ‹user›¦-perm 644¦-maxdepth ‹#4›»
sed -i 's/‹word›/‹field›/g' ‹file›
sed -n '‹#20›,‹#90›p' ‹file›
awk '{print $‹#6›}' ‹file› «| sort | uniq -c | sort -rn¦| head -‹#20›¦»
awk -F, '$‹#5› > ‹#400› {sum += $‹#5›} END {print sum}' ‹file›
tar «-czf ‹stem›.tar.gz ‹dir›¦-xzf ‹stem›.tar.gz -C ‹dir›¦tf ‹stem›.tar»
du -sh ‹dir›«/*¦» «| sort -h¦»
df -h «‹dir›¦»
chmod «755¦644¦+x¦-R 700¦u+w» ‹file›
chown «-R ¦»‹user›:‹user› ‹dir›
ssh «-p ‹port› ¦-i ~/.ssh/id_ed25519 ¦»‹user›@‹host› «"uptime"¦'sudo systemctl restart ‹service›'¦»
scp ‹file› ‹user›@‹host›:‹dir›
rsync -av«z¦» «--delete ¦--dry-run ¦»‹dir›/ ‹user›@‹host›:‹dir›
curl «-s¦-sS¦-I¦-L¦-X POST¦-fsSL» «-H "Accept: application/json" ¦»‹url›
curl -X «POST¦PUT» -d '{"‹field›": ‹#90›}' ‹url›
wget «-q ¦-c ¦»‹url›
ping -c ‹#9› ‹host›
ps aux | grep ‹service›
kill «-9 ¦-HUP ¦»‹pid›
systemctl «status¦restart¦stop¦enable --now¦reload» ‹service›
journalctl -u ‹service› «-f¦-n ‹#300›¦--since "1 hour ago"¦--no-pager»
docker «ps -a¦images¦run -d -p ‹port›:‹port› ‹image›¦exec -it ‹stem› sh¦logs -f ‹stem›¦rm -f ‹stem›¦pull ‹image›¦build -t ‹stem›:‹#20› .»
docker compose «up -d¦down¦logs ‹service›¦restart ‹service›»
kubectl «get pods¦get svc -n ‹stem›¦describe pod ‹service›-‹#9›¦apply -f ‹stem›.yaml¦delete pod ‹service›-‹#9›¦logs deploy/‹service›¦rollout status deploy/‹stem›¦scale deploy ‹service› --replicas=‹#9›»
git «status¦pull¦push origin ‹branch›¦checkout ‹branch›¦checkout -b ‹branch›¦log --oneline -‹#30›¦diff HEAD~‹#5›¦stash pop¦rebase ‹branch›¦merge ‹branch›¦reset --hard HEAD~‹#3›¦fetch --all¦clone https://example.org/‹stem›.git»
npm «install¦install ‹package›¦run ‹stem›¦test¦ci¦run build -- --watch¦outdated»
«pip¦pip3» install «-r requirements.txt¦‹package›¦--upgrade ‹package›»
«apt-get¦apt» «update¦install -y ‹package›¦remove ‹package›»
brew «install¦upgrade¦info» ‹package›
cargo «build --release¦test¦run¦add ‹package›¦clippy»
go «build ./...¦test ./...¦run main.go¦mod tidy»
make «-j‹#8› ¦»«all¦clean¦test¦install¦‹stem›»
python«3¦» ‹stem›.py «--‹field› ‹#99›¦< ‹file›¦»
node ‹stem›.js «--port ‹port›¦»
for f in *.‹ext›; do «echo "$f"¦mv "$f" "‹stem›-$f"¦gzip "$f"¦convert "$f" "\${f%.‹ext›}.png"»; done
while read -r line; do echo "$line"; done < ‹file›
echo "‹word› ‹adjective› ‹noun›" «>> ‹file›¦> ‹file›¦| tee ‹file›»
export ‹stem›_‹field›=‹#900›
crontab -«l¦e»
ln -s ‹dir›/‹stem› ‹dir›
head -n ‹#99› ‹file›
tail -«f¦n ‹#99›» ‹file›
sort «-n¦-r¦-u¦-k‹#5›» ‹file› «| uniq¦| head¦»
wc -«l¦w¦c» ‹file›
diff «-u ¦-r ¦»‹file› ‹file›
zip -r ‹stem›.zip ‹dir›
unzip -«l¦o» ‹stem›.zip
openssl «rand -hex ‹#32›¦x509 -in ‹stem›.pem -noout -dates»
jq '.«‹plural›[]¦‹field›¦‹plural›[0].‹field›» | .‹field›' ‹stem›.json
xargs -n ‹#9› -P ‹#8› rm < ‹file›
ffmpeg -i ‹stem›.mp4 -vf scale=«640¦1280»:-1 ‹stem›-small.mp4
lsof -i :‹port›
netstat -tulpn | grep ‹port›
sudo ‹user› -c "‹service› --reload"
terraform «plan¦apply -auto-approve¦destroy -target=‹stem›»
ansible-playbook -i ‹stem›.ini ‹stem›.yml «--check¦--limit ‹host›»
aws s3 «cp ‹file› s3://‹stem›-‹plural›/¦ls s3://‹stem›-‹plural›¦sync ‹dir› s3://‹stem›-‹plural›»
psql -h ‹host› -U ‹user› -c "select count(*) from ‹table›"
redis-cli «get ‹noun›:‹#900›¦flushdb¦keys '‹noun›:*'»
tmux «new -s ‹stem›¦attach -t ‹stem›¦ls»
useradd -m ‹user›
uptime
whoami
date +%Y-%m-%d
history | tail -‹#60›
pwd
top -bn1 | head -‹#30›
nohup ./‹stem›.sh > ‹file› 2>&1 &
test -f ‹file› && echo yes || echo no
printf '%s\\n' ‹word› ‹word› ‹word›
which ‹package›
read -p "‹sentence›? " ‹field›
hostname «‹host›¦-I¦»
wall "‹sentence›?"
if [ -d ‹dir› ]; then ‹shellword› ‹dir›; fi
man ‹shellword›
`;

const windows = `
Get-ChildItem -Path C:\\‹stem› -Recurse «-Filter *.‹ext›¦-Directory¦| Measure-Object»
Get-Content .\\‹stem›.log «-Tail ‹#99›¦| Select-String "‹word›"»
Remove-Item .\\‹stem›.‹ext› -Force
Copy-Item C:\\‹stem›\\*.‹ext› D:\\‹stem› -Recurse
Get-Process | Where-Object { $_.CPU -gt ‹#90› } | Sort-Object CPU -Descending
«Stop¦Start¦Restart»-Service -Name "‹service›"
New-Item -ItemType Directory -Path .\\‹stem›\\‹plural›
Set-ExecutionPolicy RemoteSigned -Scope CurrentUser
Invoke-WebRequest -Uri "‹url›" -OutFile ‹stem›.‹ext›
$‹plural› = Import-Csv .\\‹stem›.csv | Group-Object ‹field›
Test-NetConnection ‹host› -Port ‹port›
Get-EventLog -LogName System -Newest ‹#90›
dir C:\\‹stem› /s «/b¦/a:d»
copy ‹stem›.‹ext› D:\\‹stem›\\
del /q C:\\‹stem›\\*.‹ext›
ipconfig /«all¦flushdns¦renew»
tasklist | findstr ‹service›
taskkill /PID ‹pid› /F
robocopy C:\\‹stem› D:\\‹stem› /MIR
net «start¦stop» ‹service›
type ‹stem›.‹ext› | find "‹word›"
setx ‹stem›_HOME "C:\\‹stem›"
`;

const withEnglish = `
git commit -m "«Fix¦Improve¦Add¦Remove¦Rework» ‹adjective› ‹noun› «handling¦page¦tests¦export»"
git commit -am '«fix¦feat¦docs¦chore»: ‹verb› the ‹noun› before the ‹noun›' && git push
echo "Please ‹verb› the ‹noun› before ‹when›"
echo 'The ‹noun› is ‹adjective›, ask ‹first› about it' >> ‹file›
echo "‹sentence›." «>> ‹file›¦| mail ‹user›@example.com¦»
grep -«rn¦ri¦l» "‹sentence›" ‹dir›
at «now + ‹#9› hours¦‹clock›» <<< "notify-send '‹sentence›'"
git commit -m "‹sentence›"
notify-send "Reminder" "Call ‹person› about ‹topic›"
wall "The server goes down at ‹clock› to ‹verb› ‹plural›"
git tag -a v‹#9›.‹#30› -m "Release with ‹adjective› ‹plural›"
gh issue create --title "The ‹noun› page is ‹adjective›" --body "Seen on ‹host› since ‹when›"
mail -s "About ‹topic›" ‹user›@example.com <<< "We should talk on ‹day›"
say "The ‹noun› is ready, please ‹verb› it"
curl -d 'text=Can you ‹verb› the ‹adjective› ‹noun› by ‹when›?' ‹url›
logger "‹service› will ‹verb› all ‹plural› tonight"
grep -rn "could not ‹verb› the ‹noun›" ‹dir›
docker run --rm ‹image› echo "hello from the ‹adjective› ‹noun›"
python3 ask.py "how many ‹plural› did we ‹verb› in ‹month›?"
`;

const slash = `
/«deploy¦rollback¦restart¦status» ‹service› «--env=staging¦--env=production¦now¦»
/remind «me¦@‹user›¦#‹stem›» "‹verb› the ‹noun›" «in ‹#50› minutes¦on ‹day›¦at ‹clock›»
/invite @‹user›
/topic ‹topic›
/«mute¦unmute¦kick¦ban¦whois» @‹user›
/poll "‹day› or ‹day›?" ‹day› ‹day›
/assign #‹#900› @‹user›
/close #‹#900› «duplicate¦done¦wontfix¦»
/label #‹#900› «bug¦docs¦urgent¦backend»
/join #‹stem›
/help «deploy¦remind¦poll¦assign¦»
/search "‹noun› ‹noun›" in:#‹stem› from:@‹user›
/export ‹plural› «csv¦json¦xlsx» --from=2026-0‹#9›-‹#28›
/standup ‹clock› #‹stem›
/snooze ‹#90›m
/review ‹url›
/model ‹stem›-‹#9›
/clear
/translate «de¦fr¦es¦it» "the ‹noun› is ‹adjective›"
/weather ‹city› «tomorrow¦today¦»
`;

const templates = (text: string): readonly string[] => text.trim().split('\n');
const sets = {
  bash: templates(shell),
  powershell: templates(windows),
  shell_with_english: templates(withEnglish),
  slash_command: templates(slash),
} as const;

/** One command line of a kind; now and then with a prompt sign, `sudo`, a chain or a pipe. */
export function command(draw: Draw, kind: keyof typeof sets): string {
  const one = (): string => draw.phrase(draw.pick(sets[kind])).replace(/ +/g, ' ').trim();
  let text = one();
  if (kind !== 'bash') return text;
  if (draw.chance(0.12)) text = `${text} ${draw.pick(['&&', ';', '||'])} ${one()}`;
  if (draw.chance(0.06)) text = `sudo ${text}`;
  if (draw.chance(0.04)) text = `$ ${text}`;
  if (draw.chance(0.05)) text = `${text}\n${one()}`;
  if (draw.chance(0.03)) text = `${text} # ${draw.phrase('‹verb› the ‹adjective› ‹plural›')}`;
  return text;
}
