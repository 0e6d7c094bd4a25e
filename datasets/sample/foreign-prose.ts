import type { Draw } from './draw.ts';

const templates = (text: string): readonly string[] => text.trim().split('\n');

const languages: Readonly<Record<string, readonly string[]>> = {
  german: templates(`
«Können Sie¦Kannst du» mir «bitte ¦»sagen, wann «der Zug nach ‹city›¦das Büro in ‹city›¦die Lieferung von ‹company›» «kommt¦öffnet¦fährt»?
Ich «möchte¦würde gern» «einen Termin¦einen Tisch¦ein Zimmer» für ‹#9› Personen am ‹#28›. «März¦Mai¦Juli¦Oktober» «buchen¦ändern¦absagen».
Meine Bestellung ‹#90000› ist «noch nicht angekommen¦beschädigt¦unvollständig», was soll ich tun?
«Guten Tag¦Hallo», hier ist ‹person›, es geht um «die Rechnung¦den Vertrag¦mein Passwort» Nummer ‹#9000›.
Wie kann ich alle Dateien in ‹dir› «löschen¦finden¦kopieren», die älter als ‹#30› Tage sind?
Vielen Dank, ‹first›, das «hilft mir sehr¦war schnell¦reicht für heute».`),
  french: templates(`
«Pourriez-vous¦Peux-tu» me dire quand «le train pour ‹city›¦le colis de ‹company›¦le magasin de ‹city›» «arrive¦part¦ouvre», s'il vous plaît ?
Je voudrais «réserver¦annuler¦changer» «une table¦une chambre¦un rendez-vous» pour ‹#9› personnes le ‹#28› «mars¦mai¦juin¦octobre».
Ma commande ‹#90000› «n'est pas arrivée¦est abîmée¦est incomplète», que dois-je faire ?
Bonjour, c'est ‹person›, j'ai une question sur «la facture¦le contrat¦mon mot de passe» numéro ‹#9000›.
Comment «supprimer¦trouver¦copier» tous les fichiers de ‹dir› de plus de ‹#30› jours ?
Merci beaucoup ‹first›, «c'est parfait¦à bientôt¦bonne journée» !`),
  spanish: templates(`
¿«Puede¦Puedes» decirme cuándo «sale el tren a ‹city›¦llega el paquete de ‹company›¦abre la tienda de ‹city›»?
Quiero «reservar¦cancelar¦cambiar» «una mesa¦una habitación¦una cita» para ‹#9› personas el ‹#28› de «marzo¦mayo¦julio¦octubre».
Mi pedido ‹#90000› «no ha llegado¦está dañado¦está incompleto», ¿qué hago?
Hola, soy ‹person›, tengo una pregunta sobre «la factura¦el contrato¦mi contraseña» número ‹#9000›.
¿Cómo puedo «borrar¦buscar¦copiar» todos los archivos de ‹dir› con más de ‹#30› días?
Muchas gracias, ‹first›, «es todo¦hasta luego¦me ayuda mucho».`),
  portuguese: templates(`
«Pode¦Podes» dizer-me quando «parte o comboio para ‹city›¦chega a encomenda da ‹company›¦abre a loja de ‹city›»?
Queria «reservar¦cancelar¦mudar» «uma mesa¦um quarto¦uma consulta» para ‹#9› pessoas no dia ‹#28› de «março¦maio¦julho¦outubro».
A minha encomenda ‹#90000› «não chegou¦está danificada¦está incompleta», o que devo fazer?
Olá, daqui é ‹person›, tenho uma dúvida sobre «a fatura¦o contrato¦a minha senha» número ‹#9000›.
Como posso «apagar¦encontrar¦copiar» todos os ficheiros de ‹dir› com mais de ‹#30› dias?
Muito obrigado, ‹first›, «é tudo¦até logo¦ajudou muito».`),
  italian: templates(`
«Può¦Puoi» dirmi quando «parte il treno per ‹city›¦arriva il pacco di ‹company›¦apre il negozio di ‹city›»?
Vorrei «prenotare¦annullare¦spostare» «un tavolo¦una camera¦un appuntamento» per ‹#9› persone il ‹#28› «marzo¦maggio¦luglio¦ottobre».
Il mio ordine ‹#90000› «non è arrivato¦è danneggiato¦è incompleto», che cosa devo fare?
Buongiorno, sono ‹person›, ho una domanda «sulla fattura¦sul contratto¦sulla mia password» numero ‹#9000›.
Come posso «cancellare¦trovare¦copiare» tutti i file in ‹dir› più vecchi di ‹#30› giorni?
Grazie mille, ‹first›, «è tutto¦a presto¦molto gentile».`),
};

/** Everyday requests in German, French, Spanish, Portuguese and Italian. */
export function foreignProse(draw: Draw): string {
  const text = draw.phrase(draw.pick(languages[draw.pick(Object.keys(languages))] ?? []));
  return draw.chance(0.3) ? text.toLowerCase() : text;
}
